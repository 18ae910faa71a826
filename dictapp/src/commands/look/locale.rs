//! The language of the texts in a terminal: English for `LANG=en_GB.UTF-8`, Chinese for `LANG=C`.

use std::env;

use crate::texts::Language;

/// The chosen language, else that of the environment. As in the course it is Chinese, unless the
/// environment names another language: `C` and `POSIX` name none.
pub(crate) fn language(chosen: Option<&str>) -> Language {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    let of_environment = names.filter_map(|name| env::var(name).ok()).find(|name| !name.is_empty());
    chosen
        .and_then(Language::parse)
        .unwrap_or_else(|| of_locale(&of_environment.unwrap_or_default()))
}

fn of_locale(locale: &str) -> Language {
    let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
    match language {
        "" | "C" | "POSIX" | "zh" => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_without_a_language_is_the_courses_chinese() {
        for locale in ["", "C", "C.UTF-8", "POSIX", "zh", "zh_CN.UTF-8", "zh-Hans", "zh_TW"] {
            assert_eq!(of_locale(locale), Language::Chinese, "{locale}");
        }
        for locale in ["en", "en_GB.UTF-8", "en@quot", "de_DE.UTF-8", "ja_JP.eucJP", "zhx"] {
            assert_eq!(of_locale(locale), Language::English, "{locale}");
        }
    }
}
