//! Classes: a teacher makes a class, pupils join it with its code, and the teacher gives them word
//! lists with a deadline. A pupil saves such a list in the word book (the pupil's saved words).

use std::time::Instant;

use jiff::Timestamp;
use webframe::Error;

use super::{LIST_CHARS_MAX, Saving};
use crate::bidi::is_control;
use crate::model::{Role, Word};
use crate::site::accounts::codes::{random_bytes, random_code};
use crate::site::{Client, CurrentUser, ResetCode, Site};
use crate::store::{
    CLASS_MEMBERS_MAX, CLASSES_OF_PUPIL_MAX, CLASSES_OF_TEACHER_MAX, Class, ClassId, ClassList,
    LISTS_OF_CLASS_MAX, Member, Membership, NewClass, NewClassList, PupilList, SavedWordText,
    StoreError, UserId,
};
use crate::throttle::Action;

/// Maximum number of words of a list.
pub const CLASS_LIST_WORDS_MAX: usize = 200;

/// The reason of the 403 for other users who try to make a class.
pub const TEACHERS_ONLY: &str = "only teachers can make classes";

/// The number of days after its deadline for which a pupil still sees a list.
const LISTS_SHOWN_DAYS: i64 = 30;

/// The length of a join code. A character has 5 random bits, so a code has 40.
const CODE_CHARS: usize = 8;

/// The result of a change of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassChange {
    /// The change was made.
    Done,
    /// A list was added.
    Listed(NewList),
    /// Nothing was changed: the name is empty or too long.
    InvalidName,
    /// There is no class with this code.
    NoSuchCode,
    /// Nothing was changed: the teacher or the pupil has the maximum number of classes, or the
    /// class has the maximum number of pupils or lists.
    Full,
    /// The list has no word.
    NoWords,
}

/// How many lines of the text of a new list became words of the list, and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewList {
    /// Words of the list.
    pub words: usize,
    /// Words that were given more than once.
    pub repeated: usize,
    /// Lines that are not a word, and words beyond [`CLASS_LIST_WORDS_MAX`].
    pub dropped: usize,
}

/// A class as its teacher sees it.
#[derive(Debug)]
pub struct TaughtClass {
    /// The class.
    pub class: Class,
    /// The pupils.
    pub members: Vec<Member>,
    /// The lists.
    pub lists: Vec<TaughtList>,
}

/// A word list as the teacher sees it.
#[derive(Debug)]
pub struct TaughtList {
    /// The list.
    pub list: ClassList,
    /// Its words.
    pub words: Vec<String>,
    /// The pupils who have finished it and share their progress.
    pub finished: Vec<UserId>,
}

impl Site {
    /// Makes a class for this teacher.
    ///
    /// # Errors
    /// 403 if the user is not a teacher. The database is unavailable.
    pub fn make_class(&self, user: &CurrentUser, name: &str) -> Result<ClassChange, Error> {
        if user.role < Role::Teacher {
            return Err(Error::forbidden(TEACHERS_ONLY));
        }
        let Some(name) = list_name(name) else { return Ok(ClassChange::InvalidName) };
        if self.store.classes_of_teacher(user.id)?.len() >= CLASSES_OF_TEACHER_MAX as usize {
            return Ok(ClassChange::Full);
        }
        let id = ClassId::new(random_key()?);
        let code = random_join_code()?;
        let (name, code) = (name.as_str(), code.as_str());
        let (teacher, created) = (user.id, Timestamp::now());
        self.store.insert_class(NewClass { id, teacher, name, code, created })?;
        Ok(ClassChange::Done)
    }

    /// The classes that this user made; empty unless the user has the role of a teacher.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn taught_classes(&self, user: &CurrentUser) -> Result<Vec<Class>, StoreError> {
        match user.role {
            Role::User => Ok(Vec::new()),
            Role::Teacher | Role::Admin => self.store.classes_of_teacher(user.id),
        }
    }

    /// A class of this teacher with its pupils and lists.
    ///
    /// # Errors
    /// 404 if it is not theirs; the database is unavailable.
    pub fn taught_class(&self, user: &CurrentUser, id: ClassId) -> Result<TaughtClass, Error> {
        let class = self.class_of_teacher(user, id)?;
        let members = self.store.class_members(id)?;
        let taught = |list: ClassList| {
            let finished = self.store.finished_pupils(id, list.id)?;
            let words = self.store.class_list_words(list.id)?;
            Ok(TaughtList { list, words, finished })
        };
        let lists = self.store.class_lists(id)?.into_iter().map(taught);
        let lists = lists.collect::<Result<_, StoreError>>()?;
        Ok(TaughtClass { class, members, lists })
    }

    /// Deletes a class of this teacher.
    ///
    /// # Errors
    /// 404 if the class is not theirs; the database is unavailable.
    pub fn delete_class(&self, user: &CurrentUser, id: ClassId) -> Result<(), Error> {
        self.class_of_teacher(user, id)?;
        Ok(self.store.delete_class(id, user.id)?)
    }

    /// Gives a class a word list. `due` is the deadline in days since 1970-01-01; `words` has a
    /// word in each line, and empty lines are ignored.
    ///
    /// # Errors
    /// 404 if the class is not theirs; the database is unavailable.
    pub fn add_class_list(
        &self,
        user: &CurrentUser,
        class: ClassId,
        name: &str,
        due: i64,
        words: &str,
    ) -> Result<ClassChange, Error> {
        self.class_of_teacher(user, class)?;
        let Some(name) = list_name(name) else { return Ok(ClassChange::InvalidName) };
        let (distinct, report) = distinct_words(words);
        if distinct.is_empty() {
            return Ok(ClassChange::NoWords);
        }
        if self.store.class_lists(class)?.len() >= LISTS_OF_CLASS_MAX as usize {
            return Ok(ClassChange::Full);
        }
        let id = random_key()?;
        let name = name.as_str();
        let words = &distinct[..];
        self.store.insert_class_list(NewClassList { id, class, name, due, words })?;
        Ok(ClassChange::Listed(report))
    }

    /// Deletes a list of a class of this teacher.
    ///
    /// # Errors
    /// 404 if the class is not theirs; the database is unavailable.
    pub fn delete_class_list(
        &self,
        user: &CurrentUser,
        class: ClassId,
        list: i64,
    ) -> Result<(), Error> {
        self.class_of_teacher(user, class)?;
        Ok(self.store.delete_class_list(list, class)?)
    }

    /// Removes a pupil from a class of this teacher.
    ///
    /// # Errors
    /// 404 if the class is not theirs; the database is unavailable.
    pub fn remove_pupil(
        &self,
        user: &CurrentUser,
        class: ClassId,
        pupil: UserId,
    ) -> Result<(), Error> {
        self.class_of_teacher(user, class)?;
        Ok(self.store.leave_class(class, pupil)?)
    }

    /// Makes a code with which a pupil of this teacher's class sets a new password. Members who are
    /// teachers or administrators get no code: it would give their rights to this teacher.
    ///
    /// # Errors
    /// 404 if the class is not theirs or has no such pupil; the database is unavailable.
    pub fn reset_pupil(
        &self,
        user: &CurrentUser,
        class: ClassId,
        pupil: UserId,
        client: &Client,
    ) -> Result<(Member, ResetCode), Error> {
        self.class_of_teacher(user, class)?;
        let members = self.store.class_members(class)?;
        let is_pupil = |member: &Member| member.user == pupil && member.role == Role::User.name();
        let member = members.into_iter().find(is_pupil);
        let member = member.ok_or_else(|| Error::not_found(""))?;
        let code = self.make_reset_code(pupil, Some(user.id), Some(client))?;
        Ok((member, code))
    }

    /// The classes that the user is in.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn joined_classes(&self, user: &CurrentUser) -> Result<Vec<Membership>, StoreError> {
        self.store.classes_of_pupil(user.id)
    }

    /// Makes the user a pupil of the class with this code.
    ///
    /// # Errors
    /// 429 after too many wrong codes; the database is unavailable.
    pub fn join_class(&self, current_user: &CurrentUser, code: &str) -> Result<ClassChange, Error> {
        let user = Some(current_user.id.number());
        let attempt = self.throttle.begin_action(Action::WrongJoinCode, user, Instant::now());
        let attempt = attempt.map_err(|wait| Error::too_many_requests("", wait))?;
        let code = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(16);
        let code = code.collect::<String>().to_ascii_uppercase();
        let Some(class) = self.store.class_by_code(&code)? else {
            attempt.keep_counted();
            return Ok(ClassChange::NoSuchCode);
        };
        let joined = self.store.count_classes_of_pupil(current_user.id)?;
        let is_full = class.members >= CLASS_MEMBERS_MAX.into();
        if is_full || joined >= CLASSES_OF_PUPIL_MAX.into() {
            return Ok(ClassChange::Full);
        }
        self.store.join_class(class.id, current_user.id, Timestamp::now())?;
        Ok(ClassChange::Done)
    }

    /// Ends the user's membership.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn leave_class(&self, user: &CurrentUser, class: ClassId) -> Result<(), StoreError> {
        self.store.leave_class(class, user.id)
    }

    /// Lets the teacher see which lists the user has finished.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn share_progress(&self, user: &CurrentUser, class: ClassId) -> Result<(), StoreError> {
        self.store.share_progress(class, user.id)
    }

    /// Hides from the teacher which lists the user has finished.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn hide_progress(&self, user: &CurrentUser, class: ClassId) -> Result<(), StoreError> {
        self.store.hide_progress(class, user.id)
    }

    /// The word lists of the user's classes with a deadline on this day or later, the earliest
    /// deadline first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lists_to_learn(
        &self,
        user: &CurrentUser,
        today: i64,
    ) -> Result<Vec<PupilList>, StoreError> {
        self.store.lists_of_pupil(user.id, today, today)
    }

    /// The word lists of the user's classes, the earliest deadline first. A list is left out if its
    /// deadline was more than `LISTS_SHOWN_DAYS` days ago.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lists_of_classes(
        &self,
        user: &CurrentUser,
        today: i64,
    ) -> Result<Vec<PupilList>, StoreError> {
        self.store.lists_of_pupil(user.id, today - LISTS_SHOWN_DAYS, today)
    }

    /// Saves the words of a list in the user's word book, in a list of the same name, as far as
    /// there is room.
    ///
    /// # Errors
    /// 404 if the user is in no class with this list; the database is unavailable.
    pub fn save_class_list(&self, user: &CurrentUser, list: i64) -> Result<Saving, Error> {
        let name = self.store.list_name_for_pupil(list, user.id)?;
        let name = name.ok_or_else(|| Error::not_found(""))?;
        let words = self.store.class_list_words(list)?;
        let text = SavedWordText { list: name, ..SavedWordText::default() };
        let words = words.iter().filter_map(|word| Word::parse(word).ok());
        let saved = self.save_words(user, words.map(|word| (word, text.clone())).collect())?;
        Ok(if saved.refused > 0 { Saving::Full } else { Saving::Saved })
    }

    /// The class, if this user made it and has the role of a teacher; otherwise the error is a 404.
    fn class_of_teacher(&self, user: &CurrentUser, id: ClassId) -> Result<Class, Error> {
        let class = self.store.class(id)?.filter(|class| class.teacher == user.id);
        class.filter(|_| user.role >= Role::Teacher).ok_or_else(|| Error::not_found(""))
    }
}

/// The name of a class or a list without control characters; `None` if what remains is empty or too
/// long.
fn list_name(name: &str) -> Option<String> {
    let name: String = name.trim().chars().filter(|c| !is_control(*c)).collect();
    (1..=LIST_CHARS_MAX).contains(&name.chars().count()).then_some(name)
}

/// The distinct words of a text with a word in each line, and how many lines were left out.
fn distinct_words(lines: &str) -> (Vec<Word>, NewList) {
    let mut distinct: Vec<Word> = Vec::new();
    let mut report = NewList::default();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        match Word::parse(line) {
            Ok(word) if distinct.contains(&word) => report.repeated += 1,
            Ok(word) if distinct.len() < CLASS_LIST_WORDS_MAX => distinct.push(word),
            Ok(_) | Err(_) => report.dropped += 1,
        }
    }
    report.words = distinct.len();
    (distinct, report)
}

/// A random number for the key of a class or a list, not negative.
fn random_key() -> Result<i64, Error> {
    Ok(i64::from_be_bytes(random_bytes()?) & i64::MAX)
}

fn random_join_code() -> Result<String, Error> {
    Ok(random_code::<CODE_CHARS>()?.map(char::from).iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_can_be_shown() {
        assert_eq!(list_name(" Unit\u{7} 5 ").as_deref(), Some("Unit 5"));
        for control in crate::bidi::BIDI_CONTROLS {
            let name = list_name(&format!("{control}Unit{control} 5"));
            assert_eq!(name.as_deref(), Some("Unit 5"), "{control:?}");
        }
        assert_eq!((list_name(" "), list_name(&"x".repeat(65))), (None, None));
    }

    #[test]
    fn the_words_of_a_list_are_distinct_and_the_other_lines_are_counted() {
        let many: String = (0..CLASS_LIST_WORDS_MAX).map(|n| format!("word{n}\n")).collect();
        let (words, report) =
            distinct_words(&format!("{many}\nword1\none more\n{}", "x".repeat(256)));
        assert_eq!(words.len(), CLASS_LIST_WORDS_MAX);
        assert_eq!(report, NewList { words: CLASS_LIST_WORDS_MAX, repeated: 1, dropped: 2 });
    }

    #[test]
    fn a_join_code_has_eight_characters() {
        assert_eq!(random_join_code().unwrap().len(), 8);
        assert_ne!(random_join_code().unwrap(), random_join_code().unwrap());
    }
}
