//! The page of a class for its teacher: the code with which pupils join, the pupils, and the word
//! lists. Of the pupils' progress it shows only who has finished a list, and only for pupils who
//! share their progress.

use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Request, Response, Result};

use super::{problem, until};
use crate::bidi::isolated;
use crate::model::{LEARNT_DAYS, Role};
use crate::paths;
use crate::site::{
    CLASS_LIST_WORDS_MAX, ClassChange, CurrentUser, NewList, Selection, Site, TaughtClass,
    TaughtList,
};
use crate::store::{Class, ClassId, Member, UserId};
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;
use crate::views::zone::day_number;

#[derive(Template)]
#[template(path = "class.html")]
struct ClassPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    class: Class,
    members: Vec<Member>,
    /// The members for whom the teacher may make a one-time code for a new password: those who are
    /// neither teachers nor administrators.
    pupils: Vec<UserId>,
    lists: Vec<TaughtLine>,
    notice: ClassNotice,
    words_max: usize,
    learnt_days: u32,
    /// The content of the form for a new list.
    typed: TypedList,
}

/// The message above the forms.
enum ClassNotice {
    None,
    Problem(&'static str),
    /// A list was added.
    Listed(Listed),
    /// A one-time code for a new password was made. It is shown only once.
    Code {
        name: String,
        code: String,
        hours: u64,
    },
}

/// The numbers of added, repeated and dropped lines of a new list, from the query of the page.
#[derive(Clone, Copy, Deserialize)]
struct Listed {
    words: usize,
    #[serde(default)]
    repeated: usize,
    #[serde(default)]
    dropped: usize,
}

/// The fields for a new list, as the teacher typed them.
#[derive(Default)]
struct TypedList {
    name: String,
    due: String,
    words: String,
}

/// A word list as the page shows it.
struct TaughtLine {
    id: i64,
    name: String,
    words: Vec<String>,
    /// The words of the list that no dictionary has, in one line.
    unknown: String,
    until: String,
    /// The names of the pupils who have finished the list and share their progress.
    finished: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClassAction {
    Add,
    Unlist,
    Remove,
    Reset,
    Delete,
}

#[derive(Deserialize)]
struct ClassForm {
    form_token: String,
    action: ClassAction,
    #[serde(default)]
    pupil: i64,
    #[serde(default)]
    list: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    due: String,
    #[serde(default)]
    words: String,
}

/// `GET`: the class.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let class = ClassId::new(request.param_as("class")?);
    let Some(user) = page.user()? else { return super::to_login() };
    let typed = TypedList { due: in_a_week(&page), ..TypedList::default() };
    let notice = request.query::<Listed>().map_or(ClassNotice::None, ClassNotice::Listed);
    class_page(&page, user, class, StatusCode::OK, notice, typed)
}

/// `POST`: adds or deletes a list, removes a pupil, makes a one-time code, or deletes the class.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let class = ClassId::new(request.param_as("class")?);
    let form: ClassForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return super::to_login() };
    match form.action {
        ClassAction::Add => return add_list(&page, user, class, form),
        ClassAction::Unlist => site.delete_class_list(user, class, form.list)?,
        ClassAction::Remove => site.remove_pupil(user, class, UserId::new(form.pupil))?,
        ClassAction::Delete => {
            site.delete_class(user, class)?;
            return Response::see_other(paths::CLASSES);
        }
        ClassAction::Reset => {
            // The code is only in this response: no later request can show it again.
            let pupil = UserId::new(form.pupil);
            let (member, code) = site.reset_pupil(user, class, pupil, &page.visitor.client())?;
            let hours = site.settings().accounts.reset_code_valid.as_secs().div_ceil(3600);
            let notice = ClassNotice::Code { name: member.name, code: code.to_text(), hours };
            let typed = TypedList { due: in_a_week(&page), ..TypedList::default() };
            return class_page(&page, user, class, StatusCode::OK, notice, typed);
        }
    }
    Response::see_other(&paths::class(class.number()))
}

/// Adds a list and redirects to the class, or shows the form again with the problem.
fn add_list(
    page: &Page<'_>,
    user: &CurrentUser,
    class: ClassId,
    form: ClassForm,
) -> Result<Response> {
    let t = page.texts();
    let problem = match form.due.parse::<Date>() {
        Err(_) => t.classes.day_wrong,
        // A list with a day in the past would not be shown on the pupils' pages.
        Ok(due) if due < page.today() => t.classes.day_over,
        Ok(due) => {
            let due = day_number(due);
            let change = page.site.add_class_list(user, class, &form.name, due, &form.words)?;
            if let ClassChange::Listed(NewList { words, repeated, dropped }) = change {
                let counts = format!("words={words}&repeated={repeated}&dropped={dropped}");
                return Response::see_other(&format!("{}?{counts}", paths::class(class.number())));
            }
            problem(change, t)
        }
    };
    let typed = TypedList { name: form.name, due: form.due, words: form.words };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    class_page(page, user, class, status, ClassNotice::Problem(problem), typed)
}

fn in_a_week(page: &Page<'_>) -> String {
    let today = page.today();
    today.checked_add(7.days()).unwrap_or(today).to_string()
}

fn class_page(
    page: &Page<'_>,
    user: &CurrentUser,
    class: ClassId,
    status: StatusCode,
    notice: ClassNotice,
    typed: TypedList,
) -> Result<Response> {
    let t = page.texts();
    let TaughtClass { class, members, lists } = page.site.taught_class(user, class)?;
    let shelf = page.site.shelf();
    let books = Selection::new(&shelf, &[]); // all dictionaries: none is switched off
    let line = |TaughtList { list, words, finished }: TaughtList| {
        let names = members.iter().filter(|member| finished.contains(&member.user));
        let names: Vec<_> = names.map(|member| isolated(&member.name)).collect();
        let unknown = words.iter().map(String::as_str).filter(|word| !books.has(word));
        TaughtLine {
            id: list.id,
            name: list.name,
            unknown: unknown.collect::<Vec<_>>().join(t.classes.comma),
            words,
            until: until(list.due, t),
            finished: names.join(t.classes.comma),
        }
    };
    let lists = lists.into_iter().map(line).collect();
    let pupils = members.iter().filter(|member| member.role == Role::User.name());
    let pupils = pupils.map(|member| member.user).collect();
    let form_token = page.form_token()?;
    let values = ClassPage {
        page,
        t,
        form_token,
        class,
        members,
        pupils,
        lists,
        notice,
        words_max: CLASS_LIST_WORDS_MAX,
        learnt_days: LEARNT_DAYS,
        typed,
    };
    page.send_as(status, &values)
}
