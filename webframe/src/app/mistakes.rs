//! The error of an app that cannot be served: all mistakes of its declaration.

use std::{error::Error as StdError, fmt, io};

use super::App;

/// The mistakes, at least one.
struct Mistakes(Vec<String>);

impl<S: Send + Sync + 'static> App<S> {
    /// All mistakes in the app's declaration.
    pub(crate) fn mistakes(&self) -> impl Iterator<Item = &String> {
        let below = self.refusal_pages_below.iter().flat_map(|(_, pages)| pages.mistakes());
        self.table.mistakes().iter().chain(self.refusal_pages.mistakes()).chain(below)
    }

    /// Returns an error with all mistakes in the app's declaration, if there are any.
    pub(crate) fn check(&self) -> io::Result<()> {
        let mistakes: Vec<String> = self.mistakes().cloned().collect();
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, Mistakes(mistakes)))
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl fmt::Debug for Mistakes {
    /// Writes each mistake on a line. A `main` that returns the error prints it in this form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.0 {
            write!(f, "\n  {mistake}")?;
        }
        f.write_str("\n")
    }
}

impl StdError for Mistakes {}

#[cfg(test)]
mod tests {
    use crate::{App, Response, Urls};

    #[test]
    fn each_mistake_of_an_app_is_a_line_of_the_error_that_main_prints() {
        let urls = Urls::<()>::new()
            .get("a", |_, _| Ok(Response::default()))
            .get("/<id>", |_, _| Ok(Response::default()));
        let error = App::new(()).urls(urls).check().unwrap_err();
        let lines = ["GET a: a pattern begins with /", "GET /<id>: write {id} for a parameter"];
        assert_eq!(error.to_string(), lines.join("\n"));
        let printed = format!("{error:?}");
        let printed: Vec<&str> = printed.lines().map(str::trim).collect();
        assert_eq!(printed[1..3], lines, "{printed:?}");
        assert!(App::new(()).check().is_ok());
    }
}
