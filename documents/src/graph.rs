//! Directed graphs, such as those of types. All operations are linear in nodes and edges.

/// A graph whose nodes are numbered from 0.
#[derive(Clone, Debug)]
pub struct Graph {
    edges: Vec<Vec<usize>>,
}

impl Graph {
    /// The graph with an edge from each node to the nodes in its list.
    pub fn new(edges: impl IntoIterator<Item = Vec<usize>>) -> Self {
        Self {
            edges: edges.into_iter().collect(),
        }
    }

    /// The targets of the edges from `node`.
    pub fn next(&self, node: usize) -> &[usize] {
        &self.edges[node]
    }

    /// The graph with all edges reversed.
    pub fn reversed(&self) -> Self {
        let mut edges = vec![Vec::new(); self.edges.len()];
        for (from, next) in self.edges.iter().enumerate() {
            next.iter().for_each(|&to| edges[to].push(from));
        }
        Self { edges }
    }

    /// For each node, whether it is in `wanted` or has a path to one of them.
    pub fn leads_to(&self, wanted: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let reversed = self.reversed();
        let mut found = vec![false; self.edges.len()];
        let mut waiting: Vec<usize> = wanted.into_iter().collect();
        while let Some(node) = waiting.pop() {
            if !std::mem::replace(&mut found[node], true) {
                waiting.extend(reversed.next(node));
            }
        }
        found
    }

    /// The component of each node; two nodes share one if there is a path both ways.
    pub fn components(&self) -> Vec<usize> {
        // Kosaraju's algorithm: the last finished node is in a component that no other
        // component leads to.
        let reversed = self.reversed();
        let mut components = vec![usize::MAX; self.edges.len()];
        for &start in self.finished().iter().rev() {
            let mut waiting = vec![start];
            while let Some(node) = waiting.pop() {
                if components[node] == usize::MAX {
                    components[node] = start;
                    waiting.extend(reversed.next(node));
                }
            }
        }
        components
    }

    /// The maximum sum of the `lengths` of the nodes on a path that visits none twice, or
    /// more: a path into a cycle counts all its nodes.
    pub fn longest_path(&self, lengths: &[usize]) -> usize {
        let components = self.components();
        let mut waiting = vec![0_usize; self.edges.len()];
        let mut whole = waiting.clone();
        for (component, length) in components.iter().zip(lengths) {
            waiting[*component] += 1;
            whole[*component] += length;
        }
        let (mut beyond, mut longest) = (vec![0; self.edges.len()], vec![0; self.edges.len()]);
        for node in self.finished() {
            let own = components[node];
            let next = self.next(node).iter().map(|&to| longest[components[to]]);
            beyond[own] = next.chain([beyond[own]]).max().unwrap_or(0);
            waiting[own] -= 1;
            // All that a component leads to comes before its last node.
            if waiting[own] == 0 {
                longest[own] = whole[own] + beyond[own];
            }
        }
        longest.into_iter().max().unwrap_or(0)
    }

    /// All nodes in the order in which a depth-first search leaves them: a node comes after
    /// those that it leads to, except in a cycle.
    pub fn finished(&self) -> Vec<usize> {
        let mut finished = Vec::with_capacity(self.edges.len());
        let mut seen = vec![false; self.edges.len()];
        for start in 0..self.edges.len() {
            // Each open node, with the number of edges that were followed.
            let mut open = Vec::new();
            let mut entered = Some(start);
            loop {
                if let Some(node) = entered.take()
                    && !std::mem::replace(&mut seen[node], true)
                {
                    open.push((node, 0));
                }
                let Some((node, followed)) = open.last_mut() else {
                    break;
                };
                entered = self.edges[*node].get(*followed).copied();
                *followed += 1;
                if entered.is_none() {
                    finished.push(*node);
                    open.pop();
                }
            }
        }
        finished
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_the_cycles() {
        let graph = Graph::new([vec![1], vec![2, 3], vec![0], vec![4], vec![3], vec![0, 5]]);
        let components = graph.components();
        let is_one = |left: usize, right: usize| components[left] == components[right];
        assert!(is_one(0, 1) && is_one(1, 2) && is_one(3, 4));
        assert!(!is_one(0, 3) && !is_one(0, 5) && !is_one(3, 5));
        assert_eq!(graph.leads_to([2]), [true, true, true, false, false, true]);
    }

    #[test]
    fn cycles_count_whole_on_the_longest_path() {
        let graph = Graph::new([vec![1], vec![2], vec![1, 3], vec![], vec![3], vec![3, 0]]);
        assert_eq!(graph.longest_path(&[1; 6]), 5);
        assert_eq!(graph.longest_path(&[1, 10, 100, 1000, 1, 1]), 1112);
        assert_eq!(Graph::new([vec![0], vec![]]).longest_path(&[1, 1]), 1);
        assert_eq!(Graph::new([]).longest_path(&[]), 0);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let graph = Graph::new((0..200_000).map(|node| match node {
            0 => Vec::new(),
            node => vec![node - 1],
        }));
        let components = graph.components();
        assert!(components.iter().copied().eq(0..200_000));
        assert_eq!(graph.longest_path(&vec![1; 200_000]), 200_000);
    }
}
