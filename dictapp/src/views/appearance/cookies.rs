//! Two cookies with a visitor's choices for one browser. One has the appearance: theme, text size,
//! and speed and accent of the voice. The other has the time zone.

use webframe::Request;

/// The name of the cookie of the appearance. Its value has the names of the theme, the size, the
/// speed and the accent, separated by dots.
pub(crate) const APPEARANCE_COOKIE: &str = "look";

/// The choices of a visitor, each from one of the lists below. The first name of a list is the
/// default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appearance {
    pub(crate) theme: &'static str,
    pub(crate) size: &'static str,
    pub(crate) speech: &'static str,
    /// The accent of the voice, as a language tag. It is used for words for which no dictionary
    /// names an accent.
    pub(crate) accent: &'static str,
}

const THEMES: [&str; 3] = ["system", "light", "dark"];
const SIZES: [&str; 3] = ["normal", "large", "largest"];
const SPEECH: [&str; 3] = ["natural", "slow", "slowest"];
const ACCENTS: [&str; 2] = ["en-US", "en-GB"];

impl Default for Appearance {
    fn default() -> Appearance {
        Appearance { theme: THEMES[0], size: SIZES[0], speech: SPEECH[0], accent: ACCENTS[0] }
    }
}

impl Appearance {
    /// Reads the cookie. An unknown or missing name counts as the default.
    pub(crate) fn from_request(request: &Request) -> Appearance {
        request.cookie(APPEARANCE_COOKIE).map_or_else(Appearance::default, Appearance::parse)
    }

    fn parse(text: &str) -> Appearance {
        let mut names = text.split('.');
        let mut next = || names.next().unwrap_or_default();
        Appearance::named([next(), next(), next(), next()])
    }

    pub(crate) fn named([theme, size, speech, accent]: [&str; 4]) -> Appearance {
        Appearance {
            theme: known(&THEMES, theme),
            size: known(&SIZES, size),
            speech: known(&SPEECH, speech),
            accent: known(&ACCENTS, accent),
        }
    }

    pub(crate) fn to_text(self) -> String {
        format!("{}.{}.{}.{}", self.theme, self.size, self.speech, self.accent)
    }
}

/// Returns `name` if it is one of `names`, otherwise the first of them.
fn known(names: &[&'static str], name: &str) -> &'static str {
    names.iter().copied().find(|known| *known == name).unwrap_or(names[0])
}

/// The name of the cookie of the time zone. Its value is a name of the IANA database. A script of
/// the pages sets it to the browser's zone. If the visitor has chosen a zone, the cookie is
/// `HttpOnly`, so the script cannot replace it.
pub(crate) const ZONE_COOKIE: &str = "zone";

/// The zones that can be chosen, from east to west.
pub(crate) const ZONES: [&str; 22] = [
    "Pacific/Auckland",
    "Australia/Sydney",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Bangkok",
    "Asia/Urumqi",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Africa/Nairobi",
    "Europe/Berlin",
    "Europe/London",
    "UTC",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
];

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_cookie_reads_back_and_an_odd_one_is_the_default() {
        let appearance = Appearance::named(["dark", "largest", "slow", "en-GB"]);
        assert_eq!(Appearance::parse(&appearance.to_text()), appearance);
        for odd in ["", "x.y.z", "....", "dark"] {
            assert_eq!(Appearance::parse(odd).size, "normal", "{odd}");
        }
    }

    #[test]
    fn every_zone_that_can_be_chosen_exists() {
        for name in ZONES {
            assert!(TimeZone::get(name).is_ok(), "{name}");
        }
    }
}
