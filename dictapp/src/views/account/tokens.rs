//! The form for a user's API tokens: makes a token, which is shown only once, or revokes one.

use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Request, Response, Result};

use super::account_page::{self, AccountNotice, token_id};
use crate::model::{Scope, Scopes};
use crate::site::{Site, TokenMaking};
use crate::views::page::Page;

/// If `revoke` is not empty, the form revokes the token that these digits identify. Otherwise it
/// makes a new token. The field of a scope is present, with any value, if its box is ticked.
#[derive(Deserialize)]
struct TokensForm {
    #[serde(default)]
    revoke: String,
    #[serde(default)]
    token_name: String,
    read: Option<String>,
    history: Option<String>,
    admin: Option<String>,
    #[serde(default)]
    form_token: String,
}

/// `POST`: makes or revokes a token.
pub(crate) fn submit_tokens(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: TokensForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return account_page::to_login() };
    let client = page.visitor.client();
    if !form.revoke.is_empty() {
        let tokens = site.api_tokens_of(user.id)?;
        if let Some(token) = tokens.iter().find(|token| token_id(token) == form.revoke) {
            site.revoke_api_token(user, &token.token_hash, &client)?;
        }
        return account_page::redirect_with_success();
    }
    match site.make_api_token(user, &form.token_name, form.scopes(), &client)? {
        TokenMaking::Done(key) => account_page::send_account_page(
            &page,
            user,
            StatusCode::OK,
            AccountNotice::Token(key.to_text()),
        ),
        TokenMaking::Incomplete => {
            account_page::refuse_form(&page, user, AccountNotice::TokenIncomplete)
        }
        TokenMaking::Full => account_page::refuse_form(&page, user, AccountNotice::TokensFull),
    }
}

impl TokensForm {
    /// The scopes whose boxes were ticked.
    fn scopes(&self) -> Scopes {
        let ticked = [(Scope::Read, &self.read), (Scope::History, &self.history)];
        let ticked = ticked.into_iter().chain([(Scope::Admin, &self.admin)]);
        let names = ticked.filter(|(_, tick)| tick.is_some()).map(|(scope, _)| scope.name());
        Scopes::parse(&names.collect::<Vec<_>>().join(" "))
    }
}
