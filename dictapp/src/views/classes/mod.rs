//! The page of classes: the word lists that a pupil has to learn, the classes that a user has
//! joined, and the classes that a teacher has made. `taught` is the page of one class for its
//! teacher.

mod taught;

use askama::Template;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use super::zone::{day_number, day_of_number, day_text};
use crate::model::{LEARNT_DAYS, Role};
use crate::paths;
use crate::site::{ClassChange, CurrentUser, Saving, Site};
use crate::store::{Class, ClassId, Membership, PupilList};
use crate::texts::Texts;

pub(crate) use taught::{show as show_class, submit as change_class};

#[derive(Template)]
#[template(path = "classes.html")]
struct ClassesPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    /// The reason why the submitted form changed nothing; empty if it made its change, or if no
    /// form was submitted.
    problem: &'static str,
    lists: Vec<ListLine>,
    joined: Vec<Membership>,
    taught: Vec<Class>,
    is_teacher: bool,
    learnt_days: u32,
}

/// A word list of a class, as pages show it to a pupil.
pub(super) struct ListLine {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) class: String,
    /// The last day for learning the list, with the weekday.
    pub(super) until: String,
    pub(super) words: u64,
    pub(super) learnt: u64,
    /// Whether all words of the list are in the pupil's word book (the saved words).
    pub(super) is_saved: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClassesAction {
    Join,
    Leave,
    Share,
    Hide,
    Save,
    Make,
}

#[derive(Deserialize)]
struct ClassesForm {
    form_token: String,
    action: ClassesAction,
    #[serde(default)]
    code: String,
    #[serde(default)]
    class: i64,
    #[serde(default)]
    list: i64,
    #[serde(default)]
    name: String,
    /// The path to go to after words were saved; empty: the page of classes.
    #[serde(default)]
    next: String,
}

impl ListLine {
    pub(super) fn from_list(pupil_list: PupilList, t: &Texts) -> ListLine {
        let PupilList { list, class_name, learnt, saved } = pupil_list;
        ListLine {
            id: list.id,
            name: list.name,
            class: class_name,
            until: until(list.due, t),
            words: list.words,
            learnt,
            is_saved: saved >= list.words,
        }
    }
}

/// The last day for learning a list, as pages show it. `due` is the number of the day.
fn until(due: i64, t: &Texts) -> String {
    day_of_number(due).map_or_else(String::new, |day| day_text(day, t))
}

/// The word lists that the user has to learn and that have a deadline of today or later, the
/// earliest deadline first; empty if the database is unavailable.
pub(super) fn to_learn(page: &Page<'_>, user: &CurrentUser) -> Vec<ListLine> {
    let lists = page.site.lists_to_learn(user, day_number(page.today())).unwrap_or_default();
    lists.into_iter().map(|list| ListLine::from_list(list, page.texts())).collect()
}

/// `GET`: the classes of the user.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return to_login() };
    classes_page(&page, user, StatusCode::OK, "")
}

/// `POST`: joins, leaves or makes a class, shares or hides the user's progress, or saves the words
/// of a list.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ClassesForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let class = ClassId::new(form.class);
    let change = match form.action {
        ClassesAction::Join => site.join_class(user, &form.code)?,
        ClassesAction::Make => site.make_class(user, &form.name)?,
        ClassesAction::Leave => done(site.leave_class(user, class)?),
        ClassesAction::Share => done(site.share_progress(user, class)?),
        ClassesAction::Hide => done(site.hide_progress(user, class)?),
        ClassesAction::Save => {
            if site.save_class_list(user, form.list)? == Saving::Full {
                let text = page.texts().classes.book_full;
                return classes_page(&page, user, StatusCode::UNPROCESSABLE_ENTITY, text);
            }
            let next = paths::local_path(&form.next).unwrap_or(paths::CLASSES);
            return Response::see_other(next);
        }
    };
    match problem(change, page.texts()) {
        "" => Response::see_other(paths::CLASSES),
        text => classes_page(&page, user, StatusCode::UNPROCESSABLE_ENTITY, text),
    }
}

/// A change that cannot be refused, only fail: its result is always `Done`.
fn done((): ()) -> ClassChange {
    ClassChange::Done
}

/// The reason why nothing was changed; empty if something was changed.
fn problem(change: ClassChange, t: &'static Texts) -> &'static str {
    match change {
        ClassChange::Done | ClassChange::Listed(_) => "",
        ClassChange::InvalidName => t.classes.name_wrong,
        ClassChange::NoSuchCode => t.classes.no_such_code,
        ClassChange::Full => t.classes.full,
        ClassChange::NoWords => t.classes.no_words,
    }
}

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::CLASSES))
}

fn classes_page(
    page: &Page<'_>,
    user: &CurrentUser,
    status: StatusCode,
    problem: &'static str,
) -> Result<Response> {
    let site = page.site;
    let t = page.texts();
    let lists = site.lists_of_classes(user, day_number(page.today()))?;
    let values = ClassesPage {
        page,
        t,
        form_token: page.form_token()?,
        problem,
        lists: lists.into_iter().map(|list| ListLine::from_list(list, t)).collect(),
        joined: site.joined_classes(user)?,
        taught: site.taught_classes(user)?,
        is_teacher: user.role >= Role::Teacher,
        learnt_days: LEARNT_DAYS,
    };
    page.send_as(status, &values)
}
