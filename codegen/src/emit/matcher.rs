//! Expressions that construct the matchers of `taskcluster_pulse::rule` for forms.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use taskcluster_documents::pattern::{ByteSet, Form, Shape, Table, distinct};

/// Number of cells up to which a table is written where it is used. Of larger ones, a
/// pattern of ten characters may have 64 KiB.
const FEW_CELLS: usize = 256;

/// The large tables of a service, each written once, however many patterns and formats
/// use it.
#[derive(Default)]
pub(super) struct Automata {
    /// The tables that were used so far, with their numbers.
    numbers: RefCell<BTreeMap<Table, usize>>,
}

impl Automata {
    /// The statics of the tables that were used.
    pub(super) fn items(self) -> Vec<TokenStream> {
        let mut tables: Vec<(Table, usize)> = self.numbers.into_inner().into_iter().collect();
        tables.sort_unstable_by_key(|(_, number)| *number);
        let items = tables.into_iter().map(|(numbers, number)| {
            let (name, table) = (name(number), table(&numbers));
            quote!(pub(super) static #name: Table = #table;)
        });
        items.collect()
    }

    /// A constant expression for the matcher of `form`.
    pub(super) fn matcher(&self, form: &Form) -> TokenStream {
        let shape = match &form.shape {
            Shape::Always => quote!(Matcher::ALWAYS),
            Shape::Run { set, first, last } => {
                let run = run(set, first, last);
                quote!(Matcher::run(&const { #run }))
            }
            Shape::Positions(sets) => return positions(sets),
            Shape::Split { at, head, tail } => {
                let at = Literal::byte_character(*at);
                let (head, tail) = (self.matcher(head), self.matcher(tail));
                quote!(Matcher::split(&const { Split::new(#at, #head, #tail) }))
            }
            Shape::Table(numbers) => {
                let table = self.reference(numbers);
                quote!(Matcher::table(#table))
            }
            Shape::Characters { least, most } => {
                let least = Literal::u64_unsuffixed(*least);
                let most = most.map(Literal::u64_unsuffixed);
                let most = most.map_or(quote!(u64::MAX), |most| quote!(#most));
                quote!(Matcher::characters(#least, #most))
            }
            Shape::AnyOf(forms) => {
                let matchers = forms.iter().map(|form| self.matcher(form));
                quote!(Matcher::any_of(&const { [#(#matchers),*] }))
            }
            Shape::AllOf(forms) => {
                let matchers = forms.iter().map(|form| self.matcher(form));
                quote!(Matcher::all_of(&const { [#(#matchers),*] }))
            }
        };
        let shortest = (form.shortest > 0).then(|| call("at_least", form.shortest));
        let longest = form.longest.map(|longest| call("at_most", longest));
        quote!(#shape #shortest #longest)
    }

    /// A reference to a table: by its name, or written inline.
    fn reference(&self, numbers: &Table) -> TokenStream {
        if numbers.cells.len() <= FEW_CELLS {
            let table = table(numbers);
            return quote!(&const { #table });
        }
        let mut known = self.numbers.borrow_mut();
        let next = known.len() + 1;
        let number = known.get(numbers).copied().unwrap_or(next);
        if number == next {
            known.insert(numbers.clone(), number);
        }
        let name = name(number);
        quote!(&automata::#name)
    }
}

/// The name of the table `number`.
fn name(number: usize) -> Ident {
    format_ident!("TABLE_{number}")
}

/// `.name(number)`.
fn call(name: &str, number: usize) -> TokenStream {
    let name = format_ident!("{name}");
    let number = Literal::usize_unsuffixed(number);
    quote!(.#name(#number))
}

fn run(set: &ByteSet, first: &ByteSet, last: &ByteSet) -> TokenStream {
    let ends = |name: &str, ends: &ByteSet| {
        (ends != set).then(|| {
            let name = format_ident!("{name}");
            let ends = pairs(ends);
            quote!(.#name(#ends))
        })
    };
    let (first, last) = (ends("first", first), ends("last", last));
    let set = pairs(set);
    quote!(Run::new(#set) #first #last)
}

fn positions(sets: &[ByteSet]) -> TokenStream {
    let (sets, wants) = distinct(sets);
    let sets = sets.iter().map(pairs);
    let wants = Literal::byte_string(&wants);
    quote!(Matcher::positions(&const { Positions::new(&[#(#sets),*], #wants) }))
}

/// A set for `Run` and `Positions`: the first and the last byte of each range.
fn pairs(set: &ByteSet) -> Literal {
    let ranges = set.ranges().into_iter();
    let pairs: Vec<u8> = ranges.flat_map(|(first, last)| [first, last]).collect();
    Literal::byte_string(&pairs)
}

fn table(table: &Table) -> TokenStream {
    let classes = Literal::byte_string(&table.triples());
    let width = Literal::usize_unsuffixed(table.classes.len());
    let table_of = match table.narrow_cells() {
        Some(cells) => {
            let cells = Literal::byte_string(&cells);
            quote!(Table::new(#classes, #width, #cells))
        }
        None => {
            let cells = Literal::byte_string(&table.wide_cells());
            quote!(Table::wide(#classes, #width, #cells))
        }
    };
    let start = call("start", usize::from(table.start));
    let accepting = call("accepting", usize::from(table.accepting));
    quote!(#table_of #start #accepting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskcluster_documents::pattern::Compiler;

    fn emitted(pattern: &str) -> String {
        let form = Compiler::default().pattern(pattern).unwrap();
        let automata = Automata::default();
        let matcher = automata.matcher(&form);
        let tables = automata.items();
        let items = quote!(const X: Matcher = #matcher; #(#tables)*);
        let file = syn::parse2(items).unwrap();
        prettyplease::unparse(&file)
    }

    #[test]
    fn a_run_lists_its_ranges() {
        let text = emitted("^[a-z0-9-]{1,38}$");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "const X: Matcher = Matcher::run(&const { Run::new(b\"--09az\") }).at_least(1).at_most(38);"
        );
    }

    #[test]
    fn every_form_is_an_expression() {
        for (pattern, expected) in [
            ("", "Matcher::ALWAYS"),
            (
                "^[a-z][0-9][a-z]$",
                "Positions::new(&[b\"09\", b\"az\"], b\"\\x02\\x01\\x02\")",
            ),
            ("^a/b+$", "Split::new("),
            ("^\\S{1,255}$", "Matcher::characters(1, 255)"),
            ("^[a-z]+(-[a-z]+)*$", "Table::new(b\""),
            (
                "^(?:[a-z]{3}-?){100}$",
                "Matcher::table(&automata::TABLE_1).at_least(300).at_most(400); \
                 pub(super) static TABLE_1: Table = Table::wide(b\"",
            ),
        ] {
            let text = emitted(pattern);
            let text: String = text.split_whitespace().collect();
            let expected: String = expected.split_whitespace().collect();
            assert!(text.contains(&expected), "{text}");
        }
    }
}
