//! Literals that break a rule do not compile, and the compiler's error has the reason.

#[test]
fn a_wrong_literal_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("cases/right.rs");
    cases.compile_fail("cases/wrong.rs");
}
