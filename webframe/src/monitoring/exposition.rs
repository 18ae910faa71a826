//! Writes metrics in the text format of Prometheus (version 0.0.4), which calls this the exposition
//! format.

use std::fmt::{Display, Write as _};

use http::{HeaderValue, header};

use crate::{Body, Response};

/// A page of metrics. All names begin with the prefix of the page.
///
/// ```
/// use webframe::monitoring::Exposition;
///
/// let mut page = Exposition::new("shop");
/// page.gauge("carts", "Open carts.", 7);
/// page.family("orders_total", "counter", "Orders by country.");
/// page.sample("orders_total", &[("country", "NZ")], 3);
/// assert!(page.text().ends_with("shop_orders_total{country=\"NZ\"} 3\n"));
/// ```
#[derive(Debug)]
pub struct Exposition {
    prefix: String,
    text: String,
}

impl Exposition {
    /// An empty page. The prefix and all names must consist of ASCII letters, digits and `_`, which
    /// is not checked.
    pub fn new(prefix: impl Into<String>) -> Exposition {
        Exposition { prefix: prefix.into(), text: String::new() }
    }

    /// Adds a gauge: a number that rises and falls. `help` is its description in one line.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// Adds a counter: a number that only rises. By convention its name ends in `_total`. `help` is
    /// its description in one line.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    /// Begins a family of metrics with one name. `kind` is `counter`, `gauge` or `histogram`;
    /// `help` is the description of the family in one line. [`sample`](Exposition::sample) adds its
    /// values.
    pub fn family(&mut self, name: &str, kind: &str, help: &str) {
        let name = format!("{}_{name}", self.prefix);
        self.push(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// Adds a sample to the latest family: a value with labels, which are pairs of name and value.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let name = format!("{}_{name}", self.prefix);
        self.push(format_args!("{name}{labels} {value}\n"));
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The page as a response that must not be cached.
    pub fn into_response(self) -> Response {
        let media_type = HeaderValue::from_static("text/plain; version=0.0.4");
        Response::typed(media_type, Body::from(self.text))
            .with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(text); // a String takes it all
    }
}

/// Escapes the value of a label.
fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_format_of_prometheus() {
        let mut page = Exposition::new("a");
        page.counter("b_total", "Bs.", 2);
        page.family("c", "gauge", "Cs.");
        page.sample("c", &[("x", "1\"\\\n"), ("y", "")], 0.5);
        assert_eq!(
            page.text(),
            "# HELP a_b_total Bs.\n# TYPE a_b_total counter\na_b_total 2\n\
             # HELP a_c Cs.\n# TYPE a_c gauge\na_c{x=\"1\\\"\\\\\\n\",y=\"\"} 0.5\n"
        );
    }
}
