//! The files with which browsers add the site to the home screen and to their search box: the
//! manifest, the service worker, the OpenSearch description, and the suggestions for the search
//! box.

use askama::Template;
use serde_json::json;
use webframe::http::{HeaderValue, header};
use webframe::{Body, Error, Request, Response, Result};

use super::filters;
use super::page::Page;
use super::{assets, suggest};
use crate::paths;
use crate::site::Site;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "opensearch.xml")]
struct OpenSearch {
    t: &'static Texts,
    origin: String,
}

/// `Cache-Control` of all these files except the service worker: caches may keep them for an hour.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// `GET`: the manifest.
pub(crate) fn manifest(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let t = page.texts();
    let icon = |name: &str, sizes: &str, kind: &str| json!({ "src": assets::link(name), "sizes": sizes, "type": kind, "purpose": "any" });
    let manifest = json!({
        "name": t.site.name,
        "short_name": t.site.name,
        "description": t.site.description,
        "lang": page.language().html(),
        "id": paths::HOME,
        "start_url": paths::HOME,
        "scope": paths::HOME,
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#0f766e",
        "icons": [
            icon("images/icon.svg", "any", "image/svg+xml"),
            icon("images/icon-192.png", "192x192", "image/png"),
            icon("images/icon-512.png", "512x512", "image/png"),
        ],
    });
    let response = Response::json(&manifest)?.with_field(header::CACHE_CONTROL, CACHE);
    Ok(response.with_field(header::VARY, HeaderValue::from_static("Cookie, Accept-Language")))
}

/// `GET`: the service worker. Its path is at the root, so that its scope includes every page.
pub(crate) fn worker(_: &Site, _: &Request) -> Result<Response> {
    let script = assets::read("js/worker.js").ok_or_else(|| Error::not_found(""))?;
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    let response = Response::typed(kind, Body::Bytes(script));
    Ok(response.with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
}

/// `GET`: the OpenSearch description.
pub(crate) fn opensearch(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let origin = match &site.settings().server.engine.public_url {
        Some(url) => url.clone(),
        None => {
            let scheme = if request.peer().encrypted { "https" } else { "http" };
            let host = request.field(&header::HOST).unwrap_or_default();
            format!("{scheme}://{host}")
        }
    };
    let values = OpenSearch { t: page.texts(), origin };
    let kind = HeaderValue::from_static("application/opensearchdescription+xml");
    let text = values.render().map_err(Error::internal)?;
    Ok(Response::typed(kind, text.into()).with_field(header::CACHE_CONTROL, CACHE))
}

/// `GET`: the suggestions for the search box of a browser.
pub(crate) fn complete(site: &Site, request: &Request) -> Result<Response> {
    let (query, words) = suggest::words(site, request)?;
    let kind = HeaderValue::from_static("application/x-suggestions+json");
    let text = json!([query, words]).to_string();
    Ok(Response::typed(kind, text.into()).with_field(header::CACHE_CONTROL, CACHE))
}
