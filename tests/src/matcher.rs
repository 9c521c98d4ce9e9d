//! What the generator knows of a language, as the matcher that generated code
//! would hold.

use taskcluster_documents::pattern::{ByteSet, Form, Shape, Table, distinct};
use taskcluster_pulse::__private as runtime;

/// The matcher of `form`. It lasts as long as the program, as a constant does.
pub fn matcher(form: &Form) -> runtime::Matcher {
    let matcher = match &form.shape {
        Shape::Always => runtime::Matcher::ALWAYS,
        Shape::Run { set, first, last } => runtime::Matcher::run(keep(
            runtime::Run::new(&pairs(set))
                .first(&pairs(first))
                .last(&pairs(last)),
        )),
        Shape::Positions(sets) => runtime::Matcher::positions(keep(positions(sets))),
        Shape::Split { at, head, tail } => {
            runtime::Matcher::split(keep(runtime::Split::new(*at, matcher(head), matcher(tail))))
        }
        Shape::Table(table) => runtime::Matcher::table(keep(numbers(table))),
        Shape::Characters { least, most } => {
            runtime::Matcher::characters(*least, most.unwrap_or(u64::MAX))
        }
        Shape::AnyOf(forms) => runtime::Matcher::any_of(matchers(forms)),
        Shape::AllOf(forms) => runtime::Matcher::all_of(matchers(forms)),
    };
    matcher
        .at_least(form.shortest)
        .at_most(form.longest.unwrap_or(usize::MAX))
}

fn matchers(forms: &[Form]) -> &'static [runtime::Matcher] {
    let matchers: Vec<runtime::Matcher> = forms.iter().map(matcher).collect();
    matchers.leak()
}

fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn pairs(set: &ByteSet) -> Vec<u8> {
    let ranges = set.ranges().into_iter();
    ranges.flat_map(|(first, last)| [first, last]).collect()
}

fn positions(positions: &[ByteSet]) -> runtime::Positions {
    let (sets, wants) = distinct(positions);
    let sets: Vec<Vec<u8>> = sets.iter().map(pairs).collect();
    let sets: Vec<&[u8]> = sets.iter().map(Vec::as_slice).collect();
    runtime::Positions::new(&sets, wants.leak())
}

fn numbers(table: &Table) -> runtime::Table {
    let width = table.classes.len() as u16;
    let automaton = match table.narrow_cells() {
        Some(cells) => runtime::Table::new(&table.triples(), width, cells.leak()),
        None => runtime::Table::wide(&table.triples(), width, table.wide_cells().leak()),
    };
    automaton
        .start(usize::from(table.start))
        .accepting(usize::from(table.accepting))
}
