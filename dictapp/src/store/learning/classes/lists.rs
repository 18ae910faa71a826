//! The word lists of classes, and the pupils who have finished them. A pupil has finished a list
//! when all its words are in the pupil's word book (the saved words) and are learnt: the stability
//! of the memory of each word is high enough.

use super::super::saved_words::learnt_stability;
use super::ClassId;
use crate::model::Word;
use crate::store::{
    Store, UserId,
    db::Row,
    error::{Doing, Result},
};

const INSERT: &str = "insert into class_list (id, class, name, due) values (?, ?, ?, ?)";
const DELETE_WORDS: &str = "delete from class_word where list = ?";
const INSERT_WORD: &str = "insert into class_word (list, position, word) values (?, ?, ?)";
const DELETE: &str = "delete from class_list where id = ? and class = ?";
const EXISTS: &str = "select id from class_list where id = ?";
pub(crate) const OF_CLASS: &str = "select l.id, l.class, l.name, l.due, \
     (select count(*) from class_word w where w.list = l.id) \
     from class_list l where l.class = ? order by l.due desc limit ?";
pub(crate) const WORDS: &str = "select word from class_word where list = ? order by position";
pub(crate) const OF_PUPIL: &str = "select l.id, l.class, l.name, l.due, \
     (select count(*) from class_word w where w.list = l.id), c.name, \
     (select count(*) from class_word w join saved_word s on s.user = m.user and s.word = w.word \
     where w.list = l.id and s.stability >= ?), \
     (select count(*) from class_word w join saved_word s on s.user = m.user and s.word = w.word \
     where w.list = l.id) \
     from class_member m join class c on c.id = m.class join class_list l on l.class = m.class \
     where m.user = ? and l.due >= ? order by l.due < ?, abs(l.due - ?), l.id limit ?";
pub(crate) const NAME_FOR_PUPIL: &str = "select l.name from class_list l \
     join class_member m on m.class = l.class where l.id = ? and m.user = ?";
pub(crate) const FINISHED: &str = "select m.user from class_member m \
     where m.class = ? and m.shares = 1 and not exists (select 1 from class_word w \
     left join saved_word s on s.user = m.user and s.word = w.word and s.stability >= ? \
     where w.list = ? and s.word is null)";

/// Maximum number of lists of a class.
pub const LISTS_OF_CLASS_MAX: u32 = 100;

/// Maximum number of lists that a pupil sees. If there are more, lists with coming deadlines
/// precede lists with passed ones, and the nearest deadlines precede others.
const LISTS_OF_PUPIL_MAX: u32 = 50;

/// A word list of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassList {
    /// The key.
    pub id: i64,
    /// The class.
    pub class: ClassId,
    /// The name that the teacher gave it.
    pub name: String,
    /// The day until which it is to be learnt, in days since 1970-01-01.
    pub due: i64,
    /// The number of its words.
    pub words: u64,
}

/// A word list to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewClassList<'a> {
    /// The key: a random number.
    pub id: i64,
    /// The class.
    pub class: ClassId,
    /// The name: 1 to 64 characters.
    pub name: &'a str,
    /// The day until which it is to be learnt, in days since 1970-01-01.
    pub due: i64,
    /// The words, each once.
    pub words: &'a [Word],
}

/// A word list as a pupil sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PupilList {
    /// The list.
    pub list: ClassList,
    /// The name of the class.
    pub class_name: String,
    /// Words that the pupil has learnt.
    pub learnt: u64,
    /// Words that are in the pupil's word book.
    pub saved: u64,
}

impl Store {
    /// Stores a word list.
    ///
    /// # Errors
    /// The database is unavailable; nothing is stored then.
    pub fn insert_class_list(&self, new: NewClassList<'_>) -> Result<()> {
        let inserted = self.db.transaction(&mut |session| {
            // After a lost connection the repeated statement conflicts with its own rows.
            if session.query(EXISTS, &[new.id.into()])?.is_empty() {
                let params = [new.id.into(), new.class.0.into(), new.name.into(), new.due.into()];
                session.execute(INSERT, &params)?;
            }
            session.execute(DELETE_WORDS, &[new.id.into()])?;
            for (position, word) in (1_i64..).zip(new.words) {
                let params = [new.id.into(), position.into(), word.as_str().into()];
                session.execute(INSERT_WORD, &params)?;
            }
            Ok(())
        });
        inserted.doing(|| format!("store a list of class {}", new.class))
    }

    /// Deletes a list of this class.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_class_list(&self, list: i64, class: ClassId) -> Result<()> {
        let deleted = self.db.execute(DELETE, &[list.into(), class.0.into()]);
        deleted.map(drop).doing(|| format!("delete a list of class {class}"))
    }

    /// The lists of a class, the latest deadline first, at most [`LISTS_OF_CLASS_MAX`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class_lists(&self, class: ClassId) -> Result<Vec<ClassList>> {
        let rows = self.db.query_latest(OF_CLASS, &[class.0.into(), LISTS_OF_CLASS_MAX.into()]);
        rows.and_then(|rows| rows.into_iter().map(|mut row| list(&mut row)).collect())
            .doing(|| format!("list the word lists of class {class}"))
    }

    /// The words of a list in their order.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class_list_words(&self, list: i64) -> Result<Vec<String>> {
        let rows = self.db.query(WORDS, &[list.into()]);
        rows.and_then(|rows| rows.into_iter().map(|mut row| row.text()).collect())
            .doing(|| "read the words of a class list")
    }

    /// The lists of all classes of a pupil with a deadline on the day `since` or later, the
    /// earliest deadline first. Days are counted from 1970-01-01. If there are more than
    /// `LISTS_OF_PUPIL_MAX`, this selects first lists with a deadline from `today` on, then others,
    /// each time those with the nearest deadlines.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lists_of_pupil(&self, user: UserId, since: i64, today: i64) -> Result<Vec<PupilList>> {
        let pupil_list = |mut row: Row| {
            let list = list(&mut row)?;
            let class_name = row.text()?;
            Ok(PupilList { list, class_name, learnt: row.count()?, saved: row.count()? })
        };
        let learnt = learnt_stability().into();
        let params = [
            learnt,
            user.0.into(),
            since.into(),
            today.into(),
            today.into(),
            LISTS_OF_PUPIL_MAX.into(),
        ];
        let rows = self.db.query(OF_PUPIL, &params);
        let lists = rows.and_then(|rows| rows.into_iter().map(pupil_list).collect());
        let mut lists: Vec<PupilList> =
            lists.doing(|| format!("list the word lists of user {user}"))?;
        lists.sort_by_key(|found| (found.list.due, found.list.id));
        Ok(lists)
    }

    /// The name of a list, if this user is in its class.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn list_name_for_pupil(&self, list: i64, user: UserId) -> Result<Option<String>> {
        let rows = self.db.query_latest(NAME_FOR_PUPIL, &[list.into(), user.0.into()]);
        rows.and_then(|mut rows| rows.first_mut().map(Row::text).transpose())
            .doing(|| format!("find a word list of user {user}"))
    }

    /// The pupils who have finished a list and share their progress.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn finished_pupils(&self, class: ClassId, list: i64) -> Result<Vec<UserId>> {
        let rows =
            self.db.query(FINISHED, &[class.0.into(), learnt_stability().into(), list.into()]);
        rows.and_then(|rows| rows.into_iter().map(|mut row| row.int().map(UserId)).collect())
            .doing(|| format!("find the pupils of class {class} who have finished a list"))
    }
}

fn list(row: &mut Row) -> Result<ClassList> {
    Ok(ClassList {
        id: row.int()?,
        class: ClassId(row.int()?),
        name: row.text()?,
        due: row.int()?,
        words: row.count()?,
    })
}
