//! Literals that are checked when a program is compiled; see the test.
