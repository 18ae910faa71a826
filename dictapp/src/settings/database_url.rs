//! The key `[database] url`: a text or a list to where the database is. The store knows what URLs
//! it takes; the values hold passwords, so nothing here ever shows one.

use super::value::{Checked, Value, Wrong, list};
use crate::store::DatabaseUrl;

const MUST_BE: &str = "\"sqlite:PATH\" or \"mysql://USER:PASSWORD@HOST:3306/DATABASE\" or a list \
    of the latter (in a password @ is written %40, : %3A, / %2F, ? %3F, # %23, % %25 and , %2C)";

/// A path after `sqlite:`, which may hold commas, or MySQL servers.
pub(super) fn database_url(value: &Value) -> Checked<DatabaseUrl> {
    let parsed = match value.text() {
        Some(text) if text.starts_with("sqlite:") => DatabaseUrl::parse(&[text]),
        _ => {
            let text = |item: &Value| item.text().map(str::to_owned);
            let urls = list(|item| text(item).ok_or_else(|| wrong("it is no text")))(value)?;
            DatabaseUrl::parse(&urls)
        }
    };
    parsed.map_err(|why| wrong(&why.to_string()))
}

/// Without the value: a mistyped url still holds its password.
fn wrong(why: &str) -> Wrong {
    Wrong { must_be: format!("{MUST_BE}: {why}"), not: "what is there (not shown)".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Checked<DatabaseUrl> {
        database_url(&Value::Loose(text.to_owned()))
    }

    #[test]
    fn reads_a_file_and_a_list_of_servers() {
        assert_eq!(read("sqlite:data/a,b.db"), Ok(DatabaseUrl::Sqlite("data/a,b.db".into())));
        let url = read("mysql://u:p@a:3306/dict, mysql://u:p@[::1]:3307/dict").expect("two");
        assert_eq!(url.to_string(), "mysql://u:***@a:3306/dict,mysql://u:***@[::1]:3307/dict");
    }

    #[test]
    fn never_shows_a_password_and_says_what_is_wrong() {
        for (odd, why) in [
            ("mysql://root:s3cret@h", ": it names no database"),
            ("mysql://root:s3/cret@h/d", "written %2F"),
            ("mysql://root:a?s3cret=1@h/d", "written %2F %3F"),
        ] {
            let wrong = read(odd).expect_err(odd);
            assert!(wrong.must_be.contains(why), "{wrong:?}");
            assert!(!format!("{wrong:?}").contains("s3"), "{wrong:?}");
        }
    }

    /// Once `check` found it valid, and the store refused it at the start.
    #[test]
    fn a_url_with_parameters_is_refused_by_the_settings_already() {
        let wrong = read("mysql://root@h/d?tcp_connect_timeout_ms=9").expect_err("parameters");
        assert!(wrong.must_be.ends_with("the other keys of [database] do that"), "{wrong:?}");
    }
}
