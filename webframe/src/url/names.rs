//! Named routes: builds the path of a route from its name and parameters.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display};

use super::encode_segment;
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
    pub(crate) fn path<T: Display>(
        &self,
        name: &str,
        parameters: impl IntoIterator<Item = T>,
    ) -> Result<String> {
        let pattern = *self
            .patterns
            .get(name)
            .ok_or_else(|| Error::internal(format!("no route has the name {name:?}")))?;
        let mut parameters = parameters.into_iter();
        let mut path = String::with_capacity(pattern.len() + 16);
        for segment in pattern.split('/').skip(1) {
            path.push('/');
            if !segment.starts_with('{') {
                path.push_str(segment);
                continue;
            }
            let value = parameters.next().ok_or_else(|| mismatch(name, pattern, "few"))?;
            let value = value.to_string();
            if segment.starts_with("{*") {
                let rest: Vec<Cow<'_, str>> = value.split('/').map(encode_segment).collect();
                path.push_str(&rest.join("/"));
            } else {
                path.push_str(&encode_segment(&value));
            }
        }
        if parameters.next().is_some() {
            return Err(mismatch(name, pattern, "many"));
        }
        Ok(path)
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
