//! Content negotiation (RFC 9110 §12.5): chooses the best of the offered codings or languages by
//! the client's weights.

pub use crate::response::coding::Coding;

/// The coding of `offered` that `Accept-Encoding` prefers. If several have the same weight, the
/// first of `offered` wins. `Identity` if there is no such field or no coding is acceptable: an
/// error would not help the client (RFC 9110 §12.5.3).
///
/// ```
/// use webframe::accept::{Coding, best_coding};
///
/// let offered = [Coding::Brotli, Coding::Gzip];
/// assert_eq!(best_coding(Some("gzip, br"), &offered), Coding::Brotli);
/// assert_eq!(best_coding(Some("gzip;q=0.5, *;q=0.1"), &offered), Coding::Gzip);
/// assert_eq!(best_coding(Some("gzip;q=0"), &offered), Coding::Identity);
/// ```
pub fn best_coding(field: Option<&str>, offered: &[Coding]) -> Coding {
    let Some(field) = field else { return Coding::Identity };
    let weight = |coding: Coding| {
        let named = members(field).find(|member| coding.has_token(member.0));
        let member = named.or_else(|| members(field).find(|member| member.0 == "*"));
        match member {
            Some((_, weight)) => weight,
            // Identity is acceptable unless the field refuses it. It has the smallest weight and
            // loses a tie, so any other coding that the field accepts is preferred.
            None => u16::from(coding == Coding::Identity),
        }
    };
    let mut best = (Coding::Identity, weight(Coding::Identity));
    for &coding in offered.iter().rev() {
        let weight = weight(coding);
        if weight > 0 && weight >= best.1 {
            best = (coding, weight);
        }
    }
    best.0
}

/// The language of `offered` that `Accept-Language` prefers (RFC 4647 §3.4: `zh-TW` finds `zh`, and
/// `zh` finds `zh-Hant`); if several have the same weight, the one that the field names first.
/// `None` if the field names none.
///
/// ```
/// use webframe::accept::best_language;
///
/// assert_eq!(best_language("en;q=0.7, zh-CN", &["zh", "en"]), Some("zh"));
/// assert_eq!(best_language("fr", &["zh", "en"]), None);
/// ```
pub fn best_language<'o>(field: &str, offered: &[&'o str]) -> Option<&'o str> {
    let is_refused = |tag: &str| {
        members(field).any(|(range, weight)| weight == 0 && range.eq_ignore_ascii_case(tag))
    };
    // The refused tags are found once, not for each member of the field: the field may be as long
    // as the head, and the time would be quadratic.
    let offered: Vec<&'o str> = offered.iter().copied().filter(|tag| !is_refused(tag)).collect();
    let mut best: Option<(&str, u16)> = None;
    for (range, weight) in members(field) {
        if weight == 0 || best.is_some_and(|best| best.1 >= weight) {
            continue;
        }
        let found = offered.iter().find(|tag| matches_range(range, tag));
        best = found.map(|tag| (*tag, weight)).or(best);
    }
    best.map(|best| best.0)
}

/// Whether the language `range` of a field fits the offered `tag`: one of them begins with the
/// other.
fn matches_range(range: &str, tag: &str) -> bool {
    range == "*" || is_tag_or_below(range, tag) || is_tag_or_below(tag, range)
}

/// Whether `tag` is `prefix`, or begins with it and a hyphen: `zh-TW` begins with `zh`.
fn is_tag_or_below(tag: &str, prefix: &str) -> bool {
    tag.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        && matches!(tag.as_bytes().get(prefix.len()), None | Some(b'-'))
}

/// The members of a list with their weights in thousandths. Members with an invalid weight are
/// skipped.
fn members(field: &str) -> impl Iterator<Item = (&str, u16)> {
    field.split(',').filter_map(|member| {
        let mut parts = member.split(';').map(trimmed);
        let token = parts.next().filter(|token| !token.is_empty())?;
        let mut weight = 1000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=')?;
            // Blanks around `=` are invalid, but a refusal with blanks must not become a
            // preference.
            if trimmed(name).eq_ignore_ascii_case("q") {
                weight = parse_weight(trimmed(value))?;
            }
        }
        Some((token, weight))
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Parses a weight from 0 to 1 with up to three digits after a point (RFC 9110 §12.4.2), as
/// thousandths. `None` if it is invalid.
fn parse_weight(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn coding(field: &str, wanted: Coding) {
        assert_eq!(best_coding(Some(field), &[Coding::Brotli, Coding::Gzip]), wanted, "{field:?}");
    }

    #[test]
    fn the_weights_choose_the_coding() {
        coding("gzip, deflate, br, zstd", Coding::Brotli);
        coding("br;q=0.9, gzip", Coding::Gzip);
        coding("GZIP;Q=1.000 , br ; q=0.001", Coding::Gzip);
        coding("x-gzip", Coding::Gzip);
        coding("*", Coding::Brotli);
        coding("br;q=0, *", Coding::Gzip);
        coding("gzip;q=0.2, identity;q=0.5", Coding::Identity);
        coding("identity;q=0, gzip;q=0.1", Coding::Gzip);
        coding("gzip;q=0.001", Coding::Gzip);
    }

    #[test]
    fn unacceptable_and_unknown_codings_are_not_used() {
        for field in ["", ",", "*;q=0", "gzip;q=0", "gzip;q=2", "br;q=x", "gzip;q=0.1234", "gzip;q"]
        {
            coding(field, Coding::Identity);
        }
        coding("brx, zgzip, identity;q=0", Coding::Identity);
        assert_eq!(best_coding(None, &[Coding::Gzip]), Coding::Identity);
        assert_eq!(best_coding(Some("gzip"), &[]), Coding::Identity);
    }

    #[test]
    fn a_weight_of_zero_with_blanks_is_a_refusal() {
        coding("gzip;q =0", Coding::Identity);
        coding("*, br;q\t\t=\t0.0", Coding::Gzip);
        coding("gzip;Q = 0.5, br;q =0.4", Coding::Gzip);
        language("zh;q =0, en;q=0.1", Some("en"));
    }

    proptest::proptest! {
        #[test]
        fn a_coding_refused_by_name_is_never_used(
            before in "[a-z*;=q0-9., ]{0,40}", after in "[a-z*;=q0-9., ]{0,40}"
        ) {
            let field = format!("gzip;q=0,{before},{after}");
            assert_ne!(best_coding(Some(&field), &[Coding::Gzip]), Coding::Gzip);
            best_language(&field, &["zh", "en"]);
        }
    }

    #[track_caller]
    fn language(field: &str, wanted: Option<&str>) {
        assert_eq!(best_language(field, &["zh", "en"]), wanted, "{field:?}");
    }

    #[test]
    fn the_weights_choose_the_language() {
        language("en-GB,en;q=0.9,zh;q=0.8", Some("en"));
        language("ZH-hans-cn", Some("zh"));
        language("de, en;q=0.3, zh;q=0.3", Some("en"));
        language("de, *;q=0.1", Some("zh"));
        language("zh;q=0, *", Some("en"));
        language("zho, eng", None);
        language("", None);
        assert_eq!(best_language("zh", &["en", "zh-Hant"]), Some("zh-Hant"));
    }

    /// With quadratic time this list would take an hour.
    #[test]
    fn a_long_list_of_languages_takes_linear_time() {
        let field = "fr,".repeat(100_000);
        assert_eq!(best_language(&format!("{field}en"), &["zh", "en"]), Some("en"));
        assert_eq!(best_coding(Some(&format!("{field}gzip")), &[Coding::Gzip]), Coding::Gzip);
    }
}
