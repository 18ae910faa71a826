//! Parses the key `url` in `[database]`, a text or a list. [`DatabaseUrl::parse`] in the store
//! checks each URL. URLs contain passwords, so no message here shows one.

use super::value::{Checked, Invalid, Value, list};
use crate::store::DatabaseUrl;

const MUST_BE: &str = "\"sqlite:PATH\" or \"mysql://USER:PASSWORD@HOST:3306/DATABASE\" or a list \
    of the latter (options: ?ssl=required&ca=FILE, socket=PATH, password_file=FILE; in a password @ is written %40, : %3A, / %2F, ? %3F, # %23, % %25 and , %2C)";

/// Parses `sqlite:PATH` or the URLs of MySQL servers. Commas are a part of the path, and separate
/// URLs in one text.
pub(super) fn database_url(value: &Value) -> Checked<DatabaseUrl> {
    let parsed = match value.text() {
        Some(text) if text.starts_with("sqlite:") => DatabaseUrl::parse(&[text]),
        _ => {
            let text = |item: &Value| item.text().map(str::to_owned);
            let urls = list(|item| text(item).ok_or_else(|| invalid("it is not a text")))(value)?;
            DatabaseUrl::parse(&urls)
        }
    };
    parsed.map_err(|why| invalid(&why.to_string()))
}

/// The error for a refused value. The message does not show the value: a mistyped URL still
/// contains a password.
fn invalid(why: &str) -> Invalid {
    Invalid {
        must_be: format!("{MUST_BE}: {why}"),
        found: "the present value (not shown)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Checked<DatabaseUrl> {
        database_url(&Value::Untyped(text.to_owned()))
    }

    #[test]
    fn reads_a_file_and_a_list_of_servers() {
        assert_eq!(read("sqlite:data/a,b.db"), Ok(DatabaseUrl::Sqlite("data/a,b.db".into())));
        let url = read("mysql://u:p@a:3306/dict, mysql://u:p@[::1]:3307/dict").expect("two");
        assert_eq!(url.to_string(), "mysql://u:***@a:3306/dict,mysql://u:***@[::1]:3307/dict");
    }

    #[test]
    fn never_shows_a_password_and_names_the_mistake() {
        for (url, why) in [
            ("mysql://root:s3cret@h", ": it names no database"),
            ("mysql://root:s3/cret@h/d", "written %2F"),
            ("mysql://root:a?s3cret=1@h/d", "written %2F %3F"),
        ] {
            let wrong = read(url).expect_err(url);
            assert!(wrong.must_be.contains(why), "{wrong:?}");
            assert!(!format!("{wrong:?}").contains("s3"), "{wrong:?}");
        }
    }

    #[test]
    fn an_option_that_is_not_supported_is_refused_by_name() {
        let wrong = read("mysql://root@h/d?tcp_connect_timeout_ms=9").expect_err("parameters");
        assert!(wrong.must_be.contains("unknown option tcp_connect_timeout_ms"), "{wrong:?}");
        assert!(read("mysql://root@h/d?ssl=required&ca=/etc/ca.pem").is_ok());
    }
}
