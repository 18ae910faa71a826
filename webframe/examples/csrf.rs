//! A form that no other site can send: `csrf`, then open http://127.0.0.1:8000/.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use webframe::{App, Request, Response, Result, Urls, middleware::SameOrigin, session::Csrf};

/// The balance of the account.
type Account = AtomicU64;

fn show(account: &Account, request: &Request) -> Result<Response> {
    let (amount, token) = (account.load(Relaxed), Csrf::token(request)?);
    Ok(Response::html(format!(
        r#"<!doctype html><title>Account</title><p>You have {amount}.</p>
        <form method="post"><input type="hidden" name="csrf_token" value="{token}">
        <button>Spend one</button></form>"#
    )))
}

fn spend(account: &Account, _: &Request) -> Result<Response> {
    account.fetch_sub(1, Relaxed);
    Response::see_other("/")
}

pub(crate) fn app() -> App<Account> {
    let urls = Urls::new().get("/", show).post("/", spend);
    App::new(Account::new(100)).wrap(SameOrigin::new()).wrap(Csrf::new()).urls(urls)
}

fn main() -> std::io::Result<()> {
    app().run()
}
