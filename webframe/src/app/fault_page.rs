//! The error page of a debug build for 5xx errors: the request, every cause, and the lines around
//! an error in a template. Only browsers on the same machine see it. It hides the values of
//! `Cookie` and of the fields with credentials.

use std::error::Error as StdError;

use http::header;
use minijinja::{AutoEscape, Environment, context};

use crate::{Error, Request, Response};

const PAGE: &str = include_str!("../../templates/fault.html");

/// Fields whose values are not shown.
const SECRET: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The page, or `None` if the client gets a line of text instead.
pub(super) fn page(request: &Request, error: &Error) -> Option<Response> {
    let is_browser =
        request.field(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if !request.is_local() || !is_browser || !error.status().is_server_error() {
        return None;
    }
    let fields: Vec<(&str, String)> = request
        .fields()
        .map(|(name, value)| {
            if is_one_of(name, &SECRET) {
                (name, "(not shown)".to_owned())
            } else {
                (name, String::from_utf8_lossy(value).into_owned())
            }
        })
        .collect();
    let Explanation { causes, places } = explain(error);
    let values = context!(
        status => error.status().to_string(),
        public => error.public(),
        method => request.method().as_str(),
        target => request.path_and_query(),
        pattern => request.pattern(),
        number => request.id().to_string(),
        fields,
        causes,
        places,
    );
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let page = environment.render_named_str("fault.html", PAGE, values).ok()?;
    Some(Response::html(page).with_status(error.status()))
}

/// The causes of an error.
struct Explanation {
    /// The text of each cause.
    causes: Vec<String>,
    /// For each cause that is an error in a template: the lines of the template around it.
    places: Vec<String>,
}

fn explain(error: &Error) -> Explanation {
    let (mut causes, mut places) = (Vec::new(), Vec::new());
    let mut cause: Option<&(dyn StdError + 'static)> = error.cause();
    while let Some(error) = cause {
        causes.push(error.to_string());
        if let Some(error) = error.downcast_ref::<minijinja::Error>() {
            places.push(error.display_debug_info().to_string());
        }
        cause = error.source();
    }
    Explanation { causes, places }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Peer, Result, Templates, TestClient, Urls};

    const BROWSER: (&str, &str) = ("Accept", "text/html,*/*");

    fn app() -> App<Templates> {
        let pages = Templates::embedded([("word.html", "one\ntwo {{ missing.part }}\nthree")]);
        let show = |pages: &Templates, _: &Request| pages.render("word.html", context!(word => 7));
        let fails = |_: &Templates, _: &Request| -> Result<Response> {
            Err(std::io::Error::other("<the disk>").into())
        };
        let refuses =
            |_: &Templates, _: &Request| -> Result<Response> { Err(Error::bad_request("no")) };
        let urls = Urls::new().get("/word/{w}", show).get("/io", fails).get("/no", refuses);
        App::new(pages.unwrap()).urls(urls)
    }

    #[test]
    fn a_debug_build_shows_request_causes_and_the_line_of_the_template() {
        let app = app();
        let client = TestClient::new(&app);
        let page = client.get("/word/a?x=%3Cy").with_field(BROWSER.0, BROWSER.1);
        let page = page.with_field("Cookie", "session=secret").send();
        assert_eq!(page.status().as_u16(), 500);
        let (target, pattern) = ("&#x2f;word&#x2f;a?x=%3Cy", "&#x2f;word&#x2f;{w}");
        for part in ["GET", target, pattern, "word.html:2", "two {{ missing.part }}"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert!(!page.text().contains("secret"), "{}", page.text());
        let page = client.get("/io").with_field(BROWSER.0, BROWSER.1).send();
        assert!(page.text().contains("&lt;the disk&gt;"), "{}", page.text());
    }

    #[test]
    fn only_a_local_browser_sees_the_page_and_only_for_an_error_of_the_server() {
        let app = app();
        let client = TestClient::new(&app);
        let line = |request: crate::TestRequest<'_, Templates>| {
            let answer = request.send();
            assert!(!answer.text().contains("disk") && answer.text().lines().count() == 1);
        };
        line(client.get("/io"));
        line(client.get("/io").with_field("Accept", "application/json"));
        line(client.get("/no").with_field(BROWSER.0, BROWSER.1));
        let proxied = client.get("/io").with_field(BROWSER.0, BROWSER.1);
        line(proxied.with_field("X-Forwarded-For", "127.0.0.1"));
        let address = ([192, 0, 2, 1], 50_000).into();
        let other = TestClient::new(&app).with_peer(Peer { address, encrypted: false });
        line(other.get("/io").with_field(BROWSER.0, BROWSER.1));
    }
}
