//! Expressions that construct the matchers of `taskcluster_pulse::rule` for forms.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use taskcluster_documents::pattern::{ByteSet, Form, Shape, Table, distinct};

/// A constant expression for the matcher of `form`.
pub(super) fn matcher(form: &Form) -> TokenStream {
    let shape = match &form.shape {
        Shape::Always => quote!(Matcher::ALWAYS),
        Shape::Run { set, first, last } => {
            let run = run(set, first, last);
            quote!(Matcher::run(&const { #run }))
        }
        Shape::Positions(sets) => return positions(sets),
        Shape::Split { at, head, tail } => {
            let at = Literal::byte_character(*at);
            let (head, tail) = (matcher(head), matcher(tail));
            quote!(Matcher::split(&const { Split::new(#at, #head, #tail) }))
        }
        Shape::Table(numbers) => {
            let table = table(numbers);
            quote!(Matcher::table(&const { #table }))
        }
        Shape::Characters { least, most } => {
            let least = Literal::u64_unsuffixed(*least);
            let most = most.map(Literal::u64_unsuffixed);
            let most = most.map_or(quote!(u64::MAX), |most| quote!(#most));
            quote!(Matcher::characters(#least, #most))
        }
        Shape::AnyOf(forms) => {
            let matchers = forms.iter().map(matcher);
            quote!(Matcher::any_of(&const { [#(#matchers),*] }))
        }
        Shape::AllOf(forms) => {
            let matchers = forms.iter().map(matcher);
            quote!(Matcher::all_of(&const { [#(#matchers),*] }))
        }
    };
    let shortest = (form.shortest > 0).then(|| call("at_least", form.shortest));
    let longest = form.longest.map(|longest| call("at_most", longest));
    quote!(#shape #shortest #longest)
}

/// `.name(number)`.
fn call(name: &str, number: usize) -> TokenStream {
    let name = quote::format_ident!("{name}");
    let number = Literal::usize_unsuffixed(number);
    quote!(.#name(#number))
}

fn run(set: &ByteSet, first: &ByteSet, last: &ByteSet) -> TokenStream {
    let ends = |name: &str, ends: &ByteSet| {
        (ends != set).then(|| {
            let name = quote::format_ident!("{name}");
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
        let tokens = matcher(&form);
        let file = syn::parse2(quote!(const X: Matcher = #tokens;)).unwrap();
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
            ("^(?:[a-z]{3}-?){100}$", "Table::wide(b\""),
        ] {
            let text = emitted(pattern);
            let text: String = text.split_whitespace().collect();
            let expected: String = expected.split_whitespace().collect();
            assert!(text.contains(&expected), "{text}");
        }
    }
}
