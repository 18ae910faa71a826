//! JSON in and out, errors too: `json`, then POST `{"price": 12.5, "rate": 0.2}` to `/tax`.

use serde_json::json;
use webframe::{App, Error, Request, Response, Result, Urls};

#[derive(serde::Deserialize)]
struct Sale {
    price: f64,
    rate: f64,
}

fn tax(_: &(), request: &Request) -> Result<Response> {
    let Sale { price, rate } = request.json()?;
    if rate < 0.0 {
        return Err(Error::unprocessable("rate must not be negative"));
    }
    Response::json(&json!({ "tax": price * rate, "total": price + price * rate }))
}

fn problem(_: &(), _: &Request, error: &Error) -> Response {
    let body = json!({ "error": error.public() });
    Response::json(&body).unwrap_or_default().with_status(error.status())
}

pub(crate) fn app() -> App<()> {
    App::new(()).error_page(problem).urls(Urls::new().post("/tax", tax))
}
fn main() -> std::io::Result<()> {
    app().run()
}
