//! A Todo-Backend on SQLite: `todo [DATABASE]` serves the API of todobackend.com on port 8000.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use webframe::{
    App, OrNotFound, Request, Response, Result, Server, ServerSettings, Urls, http::StatusCode,
    middleware::Cors,
};

struct Todos(Mutex<Connection>);

#[derive(Serialize)]
struct Todo {
    #[serde(skip)]
    id: i64,
    title: String,
    completed: bool,
    order: Option<i64>,
    url: String,
}

#[derive(Deserialize)]
struct NewTodo {
    title: String,
    order: Option<i64>,
}

#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    completed: Option<bool>,
    order: Option<i64>,
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

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> rusqlite::Result<Vec<Todo>> {
        let connection = self.lock();
        let mut query = connection.prepare("select * from todo order by position, id")?;
        query.query_map([], todo)?.collect()
    }

    fn one(&self, id: i64) -> Result<Todo> {
        let connection = self.lock();
        let mut query = connection.prepare("select * from todo where id = ?")?;
        query.query_map([id], todo)?.next().transpose()?.or_404()
    }
}

fn todo(row: &Row<'_>) -> rusqlite::Result<Todo> {
    let (id, title) = (row.get("id")?, row.get("title")?);
    let (completed, order) = (row.get("completed")?, row.get("position")?);
    Ok(Todo { id, title, completed, order, url: String::new() })
}

/// The todo as clients see it: with its absolute URL.
fn shown(request: &Request, todo: Todo) -> Result<Todo> {
    let origin = request.origin().unwrap_or_default();
    let url = format!("{origin}{}", request.url("todo", [todo.id])?);
    Ok(Todo { url, ..todo })
}

fn list(todos: &Todos, request: &Request) -> Result<Response> {
    let all: Result<Vec<Todo>> = todos.all()?.into_iter().map(|t| shown(request, t)).collect();
    Response::json(&all?)
}

fn add(todos: &Todos, request: &Request) -> Result<Response> {
    let NewTodo { title, order } = request.json()?;
    let id = {
        let connection = todos.lock();
        let insert = "insert into todo (title, position) values (?, ?)";
        connection.execute(insert, params![title, order])?;
        connection.last_insert_rowid()
    };
    let todo = shown(request, todos.one(id)?)?;
    Ok(Response::json(&todo)?.with_status(StatusCode::CREATED))
}

fn clear(todos: &Todos, _: &Request) -> Result<Response> {
    todos.lock().execute("delete from todo", [])?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn show(todos: &Todos, request: &Request) -> Result<Response> {
    let todo = todos.one(request.param_as("id")?)?;
    Response::json(&shown(request, todo)?)
}

fn change(todos: &Todos, request: &Request) -> Result<Response> {
    let (id, change): (i64, Change) = (request.param_as("id")?, request.json()?);
    let update = "update todo set title = coalesce(?, title), completed = coalesce(?, completed),
                  position = coalesce(?, position) where id = ?";
    todos.lock().execute(update, params![change.title, change.completed, change.order, id])?;
    show(todos, request)
}

fn remove(todos: &Todos, request: &Request) -> Result<Response> {
    let id: i64 = request.param_as("id")?;
    todos.lock().execute("delete from todo where id = ?", [id])?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

fn app(todos: Todos) -> App<Todos> {
    let one = Urls::new().get("/", show).named("todo").patch("/", change).delete("/", remove);
    let urls = Urls::new().get("/", list).post("/", add).delete("/", clear).nest("/{id}", one);
    App::new(todos).wrap(Cors::any()).urls(urls)
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "todo.db".to_owned());
    let server = Server::bind(&ServerSettings::default())?.stop_on_signals()?;
    server.serve(app(Todos::open(&path)?))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use webframe::{TestClient, TestResponse, http::Method};

    fn send(
        client: &TestClient<'_, Todos>,
        method: Method,
        path: &str,
        body: &Value,
    ) -> TestResponse {
        let request = client.request(method, path).with_field("Content-Type", "application/json");
        request.with_body(body.to_string()).send()
    }

    fn json(response: &TestResponse) -> Value {
        serde_json::from_str(response.text()).expect("JSON")
    }

    #[test]
    fn a_todo_lives_from_its_post_to_its_delete() {
        let app = app(Todos::open(":memory:").expect("a database"));
        let client = TestClient::new(&app);
        let made = send(&client, Method::POST, "/", &json!({"title": "tea", "order": 3}));
        assert_eq!(made.status().as_u16(), 201);
        let url = "http://localhost/1";
        let tea = json!({"title": "tea", "completed": false, "order": 3, "url": url});
        assert_eq!(json(&made), tea);
        assert_eq!(json(&client.get("/").send()), json!([tea]));
        let done = send(&client, Method::PATCH, "/1", &json!({"completed": true}));
        assert_eq!((&json(&done)["completed"], &json(&done)["order"]), (&json!(true), &json!(3)));
        assert_eq!(client.request(Method::DELETE, "/1").send().status().as_u16(), 204);
        assert_eq!(client.get("/1").send().status().as_u16(), 404);
        let wrong = send(&client, Method::POST, "/", &json!({"title": 7}));
        assert!(wrong.status().as_u16() == 400 && wrong.text().contains("in the field title"));
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
