//! Numbers that lose digits when they are read.

use crate::text::cut;

/// Maximum number of characters of a number in an error.
const MAX_SHOWN: usize = 50;

/// The reason to refuse `json`, a valid JSON text, if it has a number that is not an integer
/// of 64 bits, unless reading it as a float gives the same digits. A limit would become
/// another one.
pub(crate) fn rounded(json: &str) -> Option<String> {
    let (start, number, read) =
        numbers(json).find_map(|(start, number)| Some((start, number, read_as(number)?)))?;
    let line = 1 + json[..start].matches('\n').count();
    let number = cut(number, MAX_SHOWN);
    Some(format!(
        "the number {number} in line {line} would be read as {read:?}"
    ))
}

/// The numbers of a JSON text, each with its position.
fn numbers(json: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let is_start = |char: char| char == '"' || char == '-' || char.is_ascii_digit();
            let start = at + json.get(at..)?.find(is_start)?;
            let token = &json[start..];
            if token.starts_with('"') {
                at = start + string_length(token);
            } else {
                let length = number_length(token);
                at = start + length;
                return Some((start, &token[..length]));
            }
        }
    })
}

/// Length of the string that `json` begins with, with its quotes.
fn string_length(json: &str) -> usize {
    let mut is_escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 2)
}

/// Length of the number that `json` begins with.
fn number_length(json: &str) -> usize {
    let is_part = |char: char| char.is_ascii_digit() || "+-.eE".contains(char);
    json.find(|char| !is_part(char)).unwrap_or(json.len())
}

/// The float that `number` would be read as, if that has other digits.
fn read_as(number: &str) -> Option<f64> {
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return None;
    }
    let float: f64 = number.parse().ok()?;
    // The text of a float is the shortest that is read as it.
    let is_same = decimal(number) == decimal(&format!("{float:e}"));
    (!is_same).then_some(float)
}

/// A decimal number, in the same form however it is written: whether it is negative, its
/// digits without zeros at the ends, and the power of ten of the last one.
fn decimal(number: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let zeros = digits.len() - significant.len();
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX);
    let exponent = exponent.saturating_add(zeros as i64 - fraction.len() as i64);
    (number.starts_with('-'), significant.to_owned(), exponent)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_of_any_spelling_are_kept() {
        let kept = [
            "0",
            "-0.0",
            "0e999999999999999999999",
            "1e3",
            "1.50",
            "10E+2",
            "0.1",
            "5e-324",
            "1e308",
            "18446744073709551615",
            "-9223372036854775808",
            "1e20",
            "100000000000000000000",
        ];
        for number in kept {
            assert_eq!(
                rounded(&format!(r#"{{"a\\": [{number}]}}"#)),
                None,
                "{number}"
            );
        }
        assert_eq!(rounded(r#"["0.30000000000000004441", "\"1e-999"]"#), None);
    }

    #[test]
    fn numbers_that_would_be_other_numbers_are_named() {
        for (number, read) in [
            // The float is this number, but is written with other digits.
            ("18446744073709551616", "1.8446744073709552e19"),
            ("18446744073709551617", "1.8446744073709552e19"),
            ("-9223372036854775809", "-9.223372036854776e18"),
            ("9223372036854775807.5", "9.223372036854776e18"),
            ("0.10000000000000000555", "0.1"),
            ("1e-400", "0.0"),
        ] {
            let reason = rounded(&format!("{{\"a\":\n [1, {number}]}}")).expect("a reason");
            assert_eq!(
                reason,
                format!("the number {number} in line 2 would be read as {read}")
            );
        }
    }
}
