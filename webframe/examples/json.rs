//! JSON in, JSON out, and errors as JSON: `json`, then POST `{"price": 12.5, "rate": 0.2}` to `/tax`.

use serde::{Deserialize, Serialize};
use webframe::{App, Error, Request, Response, Result, Server, ServerSettings, Urls};

#[derive(Deserialize)]
struct Sale {
    price: f64,
    rate: f64,
}

#[derive(Serialize)]
struct Bill {
    tax: f64,
    total: f64,
}

#[derive(Serialize)]
struct Problem<'e> {
    error: &'e str,
}

fn tax(_: &(), request: &Request) -> Result<Response> {
    let sale: Sale = request.json()?;
    if sale.rate < 0.0 {
        return Err(Error::unprocessable("rate must not be negative"));
    }
    let tax = sale.price * sale.rate;
    Response::json(&Bill { tax, total: sale.price + tax })
}

fn problem(_: &(), _: &Request, error: &Error) -> Response {
    let page = Response::json(&Problem { error: error.public() }).unwrap_or_default();
    page.with_status(error.status())
}

pub(crate) fn app() -> App<()> {
    App::new(()).error_page(problem).urls(Urls::new().post("/tax", tax))
}

fn main() -> Result<()> {
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app())?;
    Ok(())
}
