//! Templates and values to pages: what every page has in common.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rust_embed::RustEmbed;
use serde::Serialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::minijinja::{
    AutoEscape, Environment, Error as Fault, Output, State, Value, context, escape_formatter,
    value::Kwargs,
};
use webframe::{Response, Result, Templates};

use super::assets;
use super::visitor::{Visitor, Who};
use crate::paths;
use crate::site::Site;
use crate::texts::{self, Language};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Sources;

/// Where a debug build finds the templates, so that a change is seen at once.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}

/// The templates, checked.
pub(crate) fn templates() -> anyhow::Result<Templates> {
    let templates = match cfg!(debug_assertions) && folder().is_dir() {
        true => Templates::dir(folder()),
        false => embedded()?,
    };
    let templates = templates.with(add_words);
    templates.check()?;
    Ok(templates)
}

fn embedded() -> anyhow::Result<Templates> {
    let text = |name: &str| {
        let bytes = Sources::get(name).with_context(|| format!("no template {name}"))?.data;
        String::from_utf8(bytes.into_owned()).with_context(|| format!("the template {name}"))
    };
    let sources: anyhow::Result<Vec<_>> =
        Sources::iter().map(|name| Ok((name.clone(), text(&name)?))).collect();
    Ok(Templates::embedded(sources?)?)
}

/// What templates can say beside minijinja's own words.
fn add_words(environment: &mut Environment<'static>) {
    let named: std::collections::BTreeMap<_, _> = paths::NAMED.into_iter().collect();
    environment.add_global("url", Value::from_serialize(named));
    environment.add_filter("word_url", |word: String| paths::word(&word));
    environment.add_filter("static_url", |name: String| assets::link(&name));
    environment.add_filter("fill", fill);
    environment.set_formatter(escape);
}

/// As minijinja escapes, but for the slash: `and/or` and paths stay readable.
fn escape(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Fault> {
    let text = value.as_str().filter(|_| !value.is_safe());
    let (Some(text), AutoEscape::Html) = (text, state.auto_escape()) else {
        return escape_formatter(out, state, value);
    };
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    Ok(out.write_str(rest)?)
}

/// Puts values in the place of `{names}` in a text.
#[expect(clippy::needless_pass_by_value, reason = "what a filter takes is given to it")]
fn fill(text: String, values: Kwargs) -> Result<String, Fault> {
    let mut filled = text;
    for name in values.args() {
        let value: Value = values.get(name)?;
        filled = filled.replace(&format!("{{{name}}}"), &value.to_string());
    }
    values.assert_all_used()?;
    Ok(filled)
}

/// A page for this visitor.
pub(super) fn render(
    site: &Site,
    visitor: &Visitor<'_>,
    template: &str,
    values: impl Serialize,
) -> Result<Response> {
    let common = common(site, visitor)?;
    let values = Value::from_serialize(values);
    let page = site.templates().render(template, context! { ..values, ..common })?;
    visitor.send(
        page.with_field(header::CACHE_CONTROL, cache(visitor))
            .with_field(header::VARY, HeaderValue::from_static("Cookie, Accept-Language")),
    )
}

/// As [`render`], with another status than 200.
pub(super) fn render_as(
    status: StatusCode,
    site: &Site,
    visitor: &Visitor<'_>,
    template: &str,
    values: impl Serialize,
) -> Result<Response> {
    Ok(render(site, visitor, template, values)?.with_status(status))
}

/// Of an answer that no cache may keep.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a user was shown is not shown from a cache after the log-out.
fn cache(visitor: &Visitor<'_>) -> HeaderValue {
    match visitor.who {
        Who::Guest => HeaderValue::from_static("private, no-cache"),
        Who::User(_) | Who::Unknown(_) => NO_STORE,
    }
}

/// The values that the layout asks for.
fn common(site: &Site, visitor: &Visitor<'_>) -> Result<Value> {
    let (user, logout_token) = match &visitor.who {
        Who::User(visit) => (Some(visit.name.as_str()), Some(visitor.form_token()?)),
        Who::Guest | Who::Unknown(_) => (None, None),
    };
    Ok(context! {
        t => texts::all(visitor.language),
        lang => visitor.language.html(),
        other => other_language(visitor),
        user,
        logout_token,
        is_known => !matches!(visitor.who, Who::Unknown(_)),
        registration => site.settings().accounts.registration,
    })
}

/// The switch to the other language, back to this page where it can be asked for again.
fn other_language(visitor: &Visitor<'_>) -> Value {
    let other = match visitor.language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    };
    let here = visitor.request.path_and_query();
    let here = paths::own_place(&here).unwrap_or(paths::HOME);
    context! { tag => other.tag(), html => other.html(), name => other.name(), here }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_in_the_program_are_whole() {
        embedded().unwrap().with(add_words).check().unwrap();
        assert!(Sources::iter().any(|name| name == "layout.html"));
    }

    #[test]
    fn values_are_escaped_and_slashes_stay_readable() {
        let page = "{{ word }} {{ safe|safe }} {{ 7 }} {{ text|fill(n='<i>') }}";
        let templates = Templates::embedded([("a.html", page)]).unwrap().with(add_words);
        let values = context! { word => "and/or <b> \"'&", safe => "<br>", text => "{n}!" };
        assert_eq!(
            templates.render_text("a.html", values).unwrap(),
            "and/or &lt;b&gt; &quot;&#39;&amp; <br> 7 &lt;i&gt;!"
        );
    }
}
