//! Values as they are read from a source, and the parsers that check them: booleans, counts, sizes,
//! durations, texts, paths, choices and lists. The error of a parser states the required form.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// A value before the parser of its key has checked it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A string of the settings file.
    Text(String),
    /// A whole number of the settings file.
    Integer(i64),
    /// `true` or `false` in the settings file.
    Boolean(bool),
    /// An array of the settings file.
    List(Vec<Value>),
    /// Any other type of TOML, by its name in messages.
    Other(&'static str),
    /// From the environment, a flag or a default: the parser decides its type. The items of a list
    /// are separated by commas.
    Untyped(String),
}

/// The error for a refused value: the required form, and the part of the value that does not have
/// it, as the message shows them.
#[derive(Debug, PartialEq)]
pub(super) struct Invalid {
    pub(super) must_be: String,
    pub(super) found: String,
}

/// The result of a parser.
pub(super) type Checked<T> = Result<T, Invalid>;

impl Value {
    /// The text, if the value is one or has no type yet.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Untyped(text) => Some(text),
            Value::Integer(_) | Value::Boolean(_) | Value::List(_) | Value::Other(_) => None,
        }
    }

    /// The number, if the value is a whole number or has no type yet.
    fn integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::Untyped(text) => text.parse().ok(),
            Value::Text(_) | Value::Boolean(_) | Value::List(_) | Value::Other(_) => None,
        }
    }

    /// The error for this value.
    pub(super) fn invalid(&self, must_be: impl Into<String>) -> Invalid {
        Invalid { must_be: must_be.into(), found: self.to_string() }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Untyped(text) => write!(f, "{text:?}"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Boolean(flag) => write!(f, "{flag}"),
            Value::List(items) => write!(f, "a list of {}", items.len()),
            Value::Other(name) => write!(f, "a {name}"),
        }
    }
}

/// Parses `true` or `false`.
pub(super) fn boolean(value: &Value) -> Checked<bool> {
    match value {
        Value::Boolean(flag) => Ok(*flag),
        Value::Untyped(text) if text == "true" => Ok(true),
        Value::Untyped(text) if text == "false" => Ok(false),
        _ => Err(value.invalid("true or false")),
    }
}

/// The parser of a whole number within the range.
pub(super) fn count<N>(range: RangeInclusive<N>) -> impl Fn(&Value) -> Checked<N>
where
    N: TryFrom<i64> + PartialOrd + fmt::Display,
{
    move |value| {
        let number = value.integer().and_then(|number| N::try_from(number).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            value.invalid(format!("a whole number from {} to {}", range.start(), range.end()))
        })
    }
}

/// The parser of a number of bytes like `16KiB`, within the range.
pub(super) fn size(range: RangeInclusive<&'static str>) -> impl Fn(&Value) -> Checked<usize> {
    quantity("a size", parse_size, range)
}

/// The parser of a duration like `10s`, within the range.
pub(super) fn duration(
    range: RangeInclusive<&'static str>,
) -> impl Fn(&Value) -> Checked<Duration> {
    quantity("a duration", parse_duration, range)
}

/// The parser of a quantity with a unit. The bounds are texts, so that messages show them as they
/// are written in the settings.
fn quantity<T: PartialOrd>(
    name: &'static str,
    parse: fn(&str) -> Option<T>,
    range: RangeInclusive<&'static str>,
) -> impl Fn(&Value) -> Checked<T> {
    move |value| {
        let quantity = value.text().and_then(parse);
        let within = |quantity: &T| {
            parse(range.start()).is_some_and(|min| *quantity >= min)
                && parse(range.end()).is_some_and(|max| *quantity <= max)
        };
        quantity.filter(within).ok_or_else(|| {
            value.invalid(format!("{name} from \"{}\" to \"{}\"", range.start(), range.end()))
        })
    }
}

fn parse_size(text: &str) -> Option<usize> {
    let (number, unit) = split_unit(text)?;
    let bytes: usize = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    usize::try_from(number).ok()?.checked_mul(bytes)
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// Splits `16KiB` into the number and the unit; `None` without a number.
fn split_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit))
}

/// Parses any text without control characters.
pub(super) fn text(value: &Value) -> Checked<String> {
    match value.text() {
        Some(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(value.invalid("a text without control characters")),
    }
}

/// Parses a path; `None` if the text is empty.
pub(super) fn optional_path(value: &Value) -> Checked<Option<PathBuf>> {
    match value.text() {
        Some("") => Ok(None),
        Some(path) if !path.contains('\0') => Ok(Some(PathBuf::from(path))),
        _ => Err(value.invalid("a path, or \"\" for none")),
    }
}

/// The parser of one of these words, each with the value that it stands for.
pub(super) fn choice<T: Copy, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl Fn(&Value) -> Checked<T> {
    move |value| {
        let found = choices.iter().find(|(word, _)| value.text() == Some(word));
        found.map(|&(_, choice)| choice).ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
            value.invalid(words.join(" or "))
        })
    }
}

/// The parser that returns `None` for an empty text, and otherwise the result of `parse`.
pub(super) fn optional<T>(
    parse: impl Fn(&Value) -> Checked<T>,
) -> impl Fn(&Value) -> Checked<Option<T>> {
    move |value| match value.text() {
        Some("") => Ok(None),
        _ => parse(value).map(Some),
    }
}

/// The parser of a list, in which `parse` reads each item. A single value is a list of one item.
pub(super) fn list<T>(parse: impl Fn(&Value) -> Checked<T>) -> impl Fn(&Value) -> Checked<Vec<T>> {
    move |value| match value {
        Value::List(items) => items.iter().map(&parse).collect(),
        Value::Untyped(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::Untyped(text) => {
            text.split(',').map(|item| parse(&Value::Untyped(item.trim().to_owned()))).collect()
        }
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => {
            parse(value).map(|item| vec![item])
        }
    }
}

/// Like [`list`], but the list must not be empty.
pub(super) fn non_empty_list<T>(
    parse: impl Fn(&Value) -> Checked<T>,
) -> impl Fn(&Value) -> Checked<Vec<T>> {
    let list = list(parse);
    move |value| {
        let items = list(value)?;
        if items.is_empty() { Err(value.invalid("one value or more")) } else { Ok(items) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn reads_sizes_and_durations_by_their_units() {
        for (text, bytes) in [("0B", 0), ("16KiB", 16_384), ("1MiB", 1_048_576), ("2GiB", 2 << 30)]
        {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for (text, ms) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn refuses_quantities_without_a_unit_or_with_a_wrong_one() {
        for text in
            ["", "10", "s", "-1s", "+1s", "1.5s", "10 s", "10S", "1w", "99999999999999999999s"]
        {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        for text in ["16", "16kb", "16KB", "16 KiB", "18446744073709551615KiB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_belong_to_the_range_and_are_shown_as_written() {
        let parse = duration("1s"..="1h");
        assert!(parse(&in_file("1s")).is_ok() && parse(&in_file("60m")).is_ok());
        for text in ["999ms", "61m", "soon"] {
            let wrong = parse(&in_file(text)).unwrap_err();
            assert_eq!(wrong.must_be, "a duration from \"1s\" to \"1h\"");
            assert_eq!(wrong.found, format!("{text:?}"));
        }
    }

    #[test]
    fn a_quoted_number_in_a_file_is_a_text_and_in_the_environment_a_number() {
        let parse = count(1..=9);
        assert_eq!(parse(&Value::Integer(5)), Ok(5));
        assert_eq!(parse(&Value::Untyped("5".into())), Ok(5));
        assert_eq!(parse(&in_file("5")).unwrap_err().found, "\"5\"");
        for number in [0, 10, -5] {
            assert!(parse(&Value::Integer(number)).is_err(), "{number}");
        }
    }

    #[test]
    fn a_wrong_item_of_a_list_is_named() {
        let parse = list(count(1..=9));
        let items = Value::List(vec![Value::Integer(1), Value::Integer(77)]);
        assert_eq!(parse(&items).unwrap_err().found, "77");
        assert_eq!(parse(&Value::Untyped("1, 2,3".into())), Ok(vec![1, 2, 3]));
        assert_eq!(parse(&Value::Untyped(String::new())), Ok(vec![]));
        assert!(non_empty_list(count(1..=9))(&Value::List(vec![])).is_err());
    }

    #[test]
    fn refuses_values_of_a_wrong_type() {
        assert!(text(&in_file("a\nb")).is_err());
        assert!(optional_path(&in_file("a\0b")).is_err());
        assert_eq!(optional_path(&in_file("")), Ok(None));
        assert_eq!(boolean(&Value::Boolean(true)), Ok(true));
        assert!(
            boolean(&in_file("true")).is_err() && boolean(&Value::Untyped("yes".into())).is_err()
        );
        let parse = choice([("text", 1), ("json", 2)]);
        assert_eq!(parse(&in_file("json")), Ok(2));
        assert_eq!(parse(&in_file("xml")).unwrap_err().must_be, "\"text\" or \"json\"");
    }
}
