//! Named routes: builds the path of a route from its name and parameters.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display};

use super::{Parameters, encode_segment};
use crate::{Error, Result};

/// The named patterns of an app.
#[derive(Debug, Default)]
pub(crate) struct Names {
    patterns: BTreeMap<Cow<'static, str>, &'static str>,
}

impl Names {
    /// Adds a name.
    ///
    /// # Errors
    /// Another pattern already has this name.
    pub(crate) fn insert(
        &mut self,
        name: Cow<'static, str>,
        pattern: &'static str,
    ) -> Result<(), String> {
        match self.patterns.get(&name) {
            Some(&other) if other != pattern => {
                Err(format!("the name {name:?} belongs to {other} already"))
            }
            _ => {
                self.patterns.insert(name, pattern);
                Ok(())
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Builds the path of the route with this name: replaces the parameters of its pattern, in
    /// order, by these values. Percent-encodes the values.
    ///
    /// # Errors
    /// 500: no route has this name, or it has more or fewer parameters.
    pub(crate) fn path<K>(&self, name: &str, parameters: impl Parameters<K>) -> Result<String> {
        let pattern = *self
            .patterns
            .get(name)
            .ok_or_else(|| Error::internal(format!("no route has the name {name:?}")))?;
        let mut segments = pattern.split('/').skip(1);
        let mut path = String::with_capacity(pattern.len() + 16);
        parameters.try_each(&mut |value| {
            let segment = append_text(&mut segments, &mut path);
            append_value(segment.ok_or_else(|| mismatch(name, pattern, "many"))?, value, &mut path);
            Ok(())
        })?;
        match append_text(&mut segments, &mut path) {
            Some(_) => Err(mismatch(name, pattern, "few")),
            None => Ok(path),
        }
    }
}

/// Appends the segments up to the next parameter, and returns the segment that is the parameter.
fn append_text<'p>(
    segments: &mut impl Iterator<Item = &'p str>,
    path: &mut String,
) -> Option<&'p str> {
    for segment in segments {
        path.push('/');
        if segment.starts_with('{') {
            return Some(segment);
        }
        path.push_str(segment);
    }
    None
}

/// Appends the value of a parameter. The rest of a path keeps its slashes.
fn append_value(segment: &str, value: &dyn Display, path: &mut String) {
    let value = value.to_string();
    if segment.starts_with("{*") {
        let rest: Vec<Cow<'_, str>> = value.split('/').map(encode_segment).collect();
        path.push_str(&rest.join("/"));
    } else {
        path.push_str(&encode_segment(&value));
    }
}

/// The error of a wrong number of parameters. `amount` is `few` or `many`.
fn mismatch(name: &str, pattern: &str, amount: &str) -> Error {
    Error::internal(format!("too {amount} parameters for the route {name:?} with {pattern}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.insert("word".into(), "/word/{word}/{page}").unwrap();
        names.insert("file".into(), "/files/{*path}").unwrap();
        names.insert("home".into(), "/").unwrap();
        names
    }

    #[test]
    fn parameters_are_encoded_and_the_rest_keeps_its_slashes() {
        assert_eq!(names().path("word", ["and/or", "1"]).unwrap(), "/word/and%2For/1");
        assert_eq!(names().path("file", ["a b/c"]).unwrap(), "/files/a%20b/c");
        assert_eq!(names().path("home", [""; 0]).unwrap(), "/");
    }

    #[test]
    fn parameters_are_nothing_a_list_of_one_type_or_a_tuple_of_several() {
        let mut names = names();
        names.insert("four".into(), "/{a}/{b}/{c}/{d}").unwrap();
        let (text, list) = (String::from("x"), vec![1, 2, 3, 4]);
        assert_eq!(names.path("home", ()).unwrap(), "/");
        assert_eq!(names.path::<&str>("home", []).unwrap(), "/");
        assert_eq!(names.path("file", [&text]).unwrap(), "/files/x");
        assert_eq!(names.path("file", (&text,)).unwrap(), "/files/x");
        assert_eq!(names.path("word", ("a b", 7)).unwrap(), "/word/a%20b/7");
        for path in [
            names.path("four", &list[..]),
            names.path("four", &list),
            names.path("four", list.iter().copied()),
            names.path("four", [1, 2, 3, 4]),
            names.path("four", (1_u8, "2", '3', String::from("4"))),
        ] {
            assert_eq!(path.unwrap(), "/1/2/3/4");
        }
        assert!(names.path("four", (1, 2, "3")).is_err());
        assert!(names.path("home", (1, "2")).is_err());
    }

    #[test]
    fn an_unknown_name_and_a_wrong_number_of_parameters_are_named() {
        let text =
            |name, parameters: &[&str]| names().path(name, parameters).unwrap_err().to_string();
        assert_eq!(text("wrod", &[]), "500: no route has the name \"wrod\"");
        assert!(text("word", &["a"]).contains("too few parameters"));
        assert!(text("home", &["a"]).contains("too many parameters"));
    }

    #[test]
    fn a_name_belongs_to_one_pattern() {
        let mut names = names();
        assert!(names.insert("home".into(), "/").is_ok());
        assert!(names.insert("home".into(), "/index").is_err());
    }
}
