//! A Todo-Backend on SQLite: `todo [DATABASE]` serves the API of todobackend.com on port 8000.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Params, params};
use serde::{Deserialize, Deserializer, Serialize};
use webframe::{
    App, Error, OrNotFound, Request, Response, Result, Urls, http::StatusCode, middleware::Cors,
};

struct Todos(Mutex<Connection>);

#[derive(Serialize)]
struct Todo {
    title: String,
    completed: bool,
    order: Option<i64>,
    url: String,
}

#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    completed: Option<bool>,
    /// `Some(None)`: the order is cleared.
    #[serde(default, deserialize_with = "present")]
    order: Option<Option<i64>>,
}

/// `Some`, for `null` too: only a field that is missing is `None`.
fn present<'d, D: Deserializer<'d>>(json: D) -> std::result::Result<Option<Option<i64>>, D::Error> {
    Deserialize::deserialize(json).map(Some)
}

impl Todos {
    fn open(path: &str) -> rusqlite::Result<Todos> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "create table if not exists todo (id integer primary key, title text not null,
             completed integer not null default 0, position integer)",
        )?;
        Ok(Todos(Mutex::new(connection)))
    }

    /// The todos that a statement returns, each with its absolute URL.
    fn query(&self, request: &Request, sql: &str, values: impl Params) -> Result<Vec<Todo>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare(sql)?;
        let (mut rows, mut todos) = (statement.query(values)?, Vec::new());
        let origin = request.origin().unwrap_or_default();
        while let Some(row) = rows.next()? {
            let url = format!("{origin}{}", request.url("todo", [row.get::<_, i64>("id")?])?);
            let (title, completed) = (row.get("title")?, row.get("completed")?);
            todos.push(Todo { title, completed, order: row.get("position")?, url });
        }
        Ok(todos)
    }

    fn one(&self, request: &Request, sql: &str, values: impl Params) -> Result<Response> {
        Response::json(&self.query(request, sql, values)?.pop().or_404()?)
    }
}

fn list(todos: &Todos, request: &Request) -> Result<Response> {
    Response::json(&todos.query(request, "select * from todo order by position, id", [])?)
}

fn add(todos: &Todos, request: &Request) -> Result<Response> {
    let new: Change = request.json()?;
    let title = new.title.ok_or_else(|| Error::bad_request("a todo needs a title"))?;
    let insert = "insert into todo (title, completed, position) values (?, ?, ?) returning *";
    let values = params![title, new.completed.unwrap_or(false), new.order.flatten()];
    Ok(todos.one(request, insert, values)?.with_status(StatusCode::CREATED))
}

fn show(todos: &Todos, request: &Request) -> Result<Response> {
    todos.one(request, "select * from todo where id = ?", [request.param_as::<i64>("id")?])
}

fn change(todos: &Todos, request: &Request) -> Result<Response> {
    let (id, change): (i64, Change) = (request.param_as("id")?, request.json()?);
    let update = "update todo set title = coalesce(?, title), completed = coalesce(?, completed),
                  position = iif(?, ?, position) where id = ? returning *";
    let (has_order, order) = (change.order.is_some(), change.order.flatten());
    todos.one(request, update, params![change.title, change.completed, has_order, order, id])
}

fn clear(todos: &Todos, request: &Request) -> Result<Response> {
    todos.query(request, "delete from todo", [])?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn remove(todos: &Todos, request: &Request) -> Result<Response> {
    todos.query(request, "delete from todo where id = ?", [request.param_as::<i64>("id")?])?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn app(todos: Todos) -> App<Todos> {
    let one = Urls::new().get("/", show).named("todo").patch("/", change).delete("/", remove);
    let urls = Urls::new().get("/", list).post("/", add).delete("/", clear).nest("/{id}", one);
    App::new(todos).wrap(Cors::any()).urls(urls)
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "todo.db".to_owned());
    Ok(app(Todos::open(&path)?).run()?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use webframe::{TestClient, http::Method};

    use super::*;

    #[test]
    fn a_todo_lives_from_its_post_to_its_delete() {
        let app = app(Todos::open(":memory:").expect("a database"));
        let client = TestClient::new(&app);
        let post = |todo: Value| client.request(Method::POST, "/").with_json(&todo).send();
        let made = post(json!({"title": "tea", "order": 3}));
        assert_eq!(made.status().as_u16(), 201);
        let url = "http://localhost/1";
        let tea = json!({"title": "tea", "completed": false, "order": 3, "url": url});
        assert_eq!(made.json::<Value>(), tea);
        assert_eq!(client.get("/").send().json::<Value>(), json!([tea]));
        let done: Value = client.patch("/1").with_json(&json!({"completed": true})).send().json();
        assert_eq!((&done["completed"], &done["order"]), (&json!(true), &json!(3)));
        let cleared: Value = client.patch("/1").with_json(&json!({"order": null})).send().json();
        assert_eq!((&cleared["order"], &cleared["title"]), (&Value::Null, &json!("tea")));
        assert_eq!(client.delete("/1").send().status().as_u16(), 204);
        assert_eq!(client.get("/1").send().status().as_u16(), 404);
        let wrong = post(json!({"title": 7}));
        assert!(wrong.status().as_u16() == 400 && wrong.text().contains("in the field title"));
        assert_eq!(post(json!({"order": 7})).status().as_u16(), 400);
    }

    #[test]
    fn the_page_of_another_site_may_call_it() {
        let app = app(Todos::open(":memory:").expect("a database"));
        let client = TestClient::new(&app);
        let preflight = client
            .request(Method::OPTIONS, "/1")
            .with_field("Origin", "https://todobackend.com")
            .with_field("Access-Control-Request-Method", "PATCH")
            .send();
        assert_eq!(preflight.field("Access-Control-Allow-Origin"), Some("*"));
    }
}
