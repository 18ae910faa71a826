//! The appearance of pages in one browser: theme, text size, speed and accent of speech, and time
//! zone. Cookies keep it.

use askama::Template;
use serde::Deserialize;
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use super::zone::ZONES;
use crate::paths;
use crate::site::Site;
use crate::texts::Texts;

/// The cookie. Its value is the names of the theme, the size, the speed and the accent, separated
/// by dots.
pub(super) const LOOK: &str = "look";

/// The choices of a visitor. The first of each list is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) theme: &'static str,
    pub(super) size: &'static str,
    pub(super) speech: &'static str,
    /// The accent of words for which a book names none, as a language tag.
    pub(super) accent: &'static str,
}

const THEMES: [&str; 3] = ["system", "light", "dark"];
const SIZES: [&str; 3] = ["normal", "large", "largest"];
const SPEECH: [&str; 3] = ["natural", "slow", "slowest"];
const ACCENTS: [&str; 2] = ["en-US", "en-GB"];

impl Default for Look {
    fn default() -> Look {
        Look { theme: THEMES[0], size: SIZES[0], speech: SPEECH[0], accent: ACCENTS[0] }
    }
}

impl Look {
    /// Reads the cookie; unknown names are the default.
    pub(super) fn of(request: &Request) -> Look {
        request.cookie(LOOK).map_or_else(Look::default, Look::parse)
    }

    fn parse(text: &str) -> Look {
        let mut names = text.split('.');
        let mut next = || names.next().unwrap_or_default();
        Look::named([next(), next(), next(), next()])
    }

    fn named([theme, size, speech, accent]: [&str; 4]) -> Look {
        Look {
            theme: known(&THEMES, theme),
            size: known(&SIZES, size),
            speech: known(&SPEECH, speech),
            accent: known(&ACCENTS, accent),
        }
    }

    pub(super) fn to_text(self) -> String {
        format!("{}.{}.{}.{}", self.theme, self.size, self.speech, self.accent)
    }
}

/// The name if it is one of these, or the first of them.
fn known(names: &[&'static str], name: &str) -> &'static str {
    names.iter().copied().find(|known| *known == name).unwrap_or(names[0])
}

#[derive(Template)]
#[template(path = "look.html")]
struct LookPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    is_saved: bool,
}

/// The fields of the form. All are absent when the page is opened.
#[derive(Deserialize)]
struct Form {
    theme: Option<String>,
    #[serde(default)]
    size: String,
    #[serde(default)]
    speech: String,
    #[serde(default)]
    accent: String,
    #[serde(default)]
    zone: String,
    saved: Option<String>,
}

/// `GET`: the page, and its form. It changes only how pages look in this browser, so a plain link
/// may do it.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Form { theme, size, speech, accent, zone, saved } = request.query()?;
    if let Some(theme) = theme {
        let response = Response::see_other(&format!("{}?saved=1", paths::LOOK))?;
        let response = page.visitor.remember_zone(&zone, response)?;
        return page
            .visitor
            .remember_look(Look::named([&theme, &size, &speech, &accent]), response);
    }
    page.send(&LookPage { page: &page, t: page.texts(), is_saved: saved.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_reads_back_and_an_odd_one_is_the_default() {
        let look = Look::named(["dark", "largest", "slow", "en-GB"]);
        assert_eq!(Look::parse(&look.to_text()), look);
        for odd in ["", "x.y.z", "....", "dark"] {
            assert_eq!(Look::parse(odd).size, "normal", "{odd}");
        }
    }
}
