//! Classes, their teachers and their pupils. A pupil joins a class with its code. `lists` has the
//! word lists that a teacher gives a class.

pub(crate) mod lists;

use std::fmt;

use jiff::Timestamp;

pub use lists::{ClassList, NewClassList, PupilList};

use crate::store::{
    Store, UserId,
    db::{Row, count_in},
    error::{Doing, Result},
};

const INSERT: &str = "insert into class (id, teacher, name, code, created) values (?, ?, ?, ?, ?)";
pub(crate) const BY_ID: &str = "select c.id, c.name, c.code, c.teacher, u.name, \
     (select count(*) from class_member m where m.class = c.id) \
     from class c join user u on u.id = c.teacher where c.id = ?";
pub(crate) const BY_CODE: &str = "select c.id, c.name, c.code, c.teacher, u.name, \
     (select count(*) from class_member m where m.class = c.id) \
     from class c join user u on u.id = c.teacher where c.code = ?";
pub(crate) const OF_TEACHER: &str = "select c.id, c.name, c.code, c.teacher, u.name, \
     (select count(*) from class_member m where m.class = c.id) \
     from class c join user u on u.id = c.teacher where c.teacher = ? order by c.created limit ?";
const DELETE: &str = "delete from class where id = ? and teacher = ?";
const JOIN: &str = "insert into class_member (class, user, joined, shares) values (?, ?, ?, 0)";
const LEAVE: &str = "delete from class_member where class = ? and user = ?";
const SHARE: &str = "update class_member set shares = ? where class = ? and user = ?";
pub(crate) const MEMBERS: &str = "select m.user, u.name, u.role, m.shares from class_member m \
     join user u on u.id = m.user where m.class = ? order by m.joined limit ?";
pub(crate) const OF_PUPIL: &str = "select c.id, c.name, t.name, m.joined, m.shares \
     from class_member m join class c on c.id = m.class join user t on t.id = c.teacher \
     where m.user = ? order by m.joined limit ?";
pub(crate) const COUNT_OF_PUPIL: &str = "select count(*) from class_member where user = ?";

/// Maximum number of classes of a teacher.
pub const CLASSES_OF_TEACHER_MAX: u32 = 50;

/// Maximum number of classes of a pupil.
pub const CLASSES_OF_PUPIL_MAX: u32 = 20;

/// Maximum number of pupils of a class.
pub const CLASS_MEMBERS_MAX: u32 = 200;

/// The key of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClassId(pub(crate) i64);

impl ClassId {
    /// The key with this number, as a form sends it. The class need not exist.
    pub fn new(number: i64) -> ClassId {
        ClassId(number)
    }

    /// The number, for a form.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for ClassId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The key.
    pub id: ClassId,
    /// The name that the teacher gave it.
    pub name: String,
    /// The code that pupils join with.
    pub code: String,
    /// The teacher.
    pub teacher: UserId,
    /// The teacher's name.
    pub teacher_name: String,
    /// The number of its pupils.
    pub members: u64,
}

/// A class to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewClass<'a> {
    /// The key: a random number.
    pub id: ClassId,
    /// The teacher.
    pub teacher: UserId,
    /// The name: 1 to 64 characters.
    pub name: &'a str,
    /// The code that pupils join with.
    pub code: &'a str,
    /// When it was made: now.
    pub created: Timestamp,
}

/// A pupil of a class, as the teacher sees the pupil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The pupil's account.
    pub user: UserId,
    /// The pupil's name.
    pub name: String,
    /// The role of the pupil, as stored.
    pub role: String,
    /// Whether the teacher may see which lists the pupil has finished.
    pub shares: bool,
}

/// A class that a pupil is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The class.
    pub class: ClassId,
    /// The name.
    pub name: String,
    /// The teacher's name.
    pub teacher_name: String,
    /// When the pupil joined.
    pub joined: Timestamp,
    /// Whether the teacher may see which lists the pupil has finished.
    pub shares: bool,
}

impl Store {
    /// Stores a class.
    ///
    /// # Errors
    /// A conflict if another class has the code; the database is unavailable.
    pub fn insert_class(&self, new: NewClass<'_>) -> Result<()> {
        let NewClass { id, teacher, name, code, created } = new;
        let created = created.as_microsecond().into();
        let params = [id.0.into(), teacher.0.into(), name.into(), code.into(), created];
        match self.db.execute(INSERT, &params) {
            // After a lost connection the repeated statement conflicts with its own row.
            Err(error) if error.is_conflict() && matches!(self.class(id), Ok(Some(_))) => Ok(()),
            result => result.map(drop),
        }
        .doing(|| format!("make a class of user {teacher}"))
    }

    /// The class with this key.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class(&self, id: ClassId) -> Result<Option<Class>> {
        let rows = self.db.query_latest(BY_ID, &[id.0.into()]);
        rows.and_then(|rows| rows.into_iter().next().map(class).transpose())
            .doing(|| format!("find class {id}"))
    }

    /// The class with this code.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class_by_code(&self, code: &str) -> Result<Option<Class>> {
        let rows = self.db.query(BY_CODE, &[code.into()]);
        rows.and_then(|rows| rows.into_iter().next().map(class).transpose())
            .doing(|| "find a class by code")
    }

    /// The classes of a teacher, at most [`CLASSES_OF_TEACHER_MAX`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn classes_of_teacher(&self, teacher: UserId) -> Result<Vec<Class>> {
        let limit = CLASSES_OF_TEACHER_MAX.into();
        let rows = self.db.query_latest(OF_TEACHER, &[teacher.0.into(), limit]);
        rows.and_then(|rows| rows.into_iter().map(class).collect())
            .doing(|| format!("list the classes of user {teacher}"))
    }

    /// Deletes a class of this teacher with its lists and memberships.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_class(&self, id: ClassId, teacher: UserId) -> Result<()> {
        let deleted = self.db.execute(DELETE, &[id.0.into(), teacher.0.into()]);
        deleted.map(drop).doing(|| format!("delete class {id}"))
    }

    /// Makes a user a pupil of a class. Nothing changes if the user is one already. At first the
    /// teacher does not see the pupil's progress.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn join_class(&self, class: ClassId, user: UserId, at: Timestamp) -> Result<()> {
        let params = [class.0.into(), user.0.into(), at.as_microsecond().into()];
        match self.db.execute(JOIN, &params) {
            Err(error) if error.is_conflict() => Ok(()),
            result => result.map(drop),
        }
        .doing(|| format!("let user {user} join class {class}"))
    }

    /// Ends a membership; there may be none.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn leave_class(&self, class: ClassId, user: UserId) -> Result<()> {
        let left = self.db.execute(LEAVE, &[class.0.into(), user.0.into()]);
        left.map(drop).doing(|| format!("let user {user} leave class {class}"))
    }

    /// Lets the teacher see which lists a pupil has finished.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn share_progress(&self, class: ClassId, user: UserId) -> Result<()> {
        let shared = self.db.execute(SHARE, &[true.into(), class.0.into(), user.0.into()]);
        shared.map(drop).doing(|| format!("share the progress of user {user}"))
    }

    /// Hides from the teacher which lists a pupil has finished.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn hide_progress(&self, class: ClassId, user: UserId) -> Result<()> {
        let hidden = self.db.execute(SHARE, &[false.into(), class.0.into(), user.0.into()]);
        hidden.map(drop).doing(|| format!("hide the progress of user {user}"))
    }

    /// The pupils of a class, at most [`CLASS_MEMBERS_MAX`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class_members(&self, class: ClassId) -> Result<Vec<Member>> {
        let member = |mut row: Row| {
            let user = UserId(row.int()?);
            let name = row.text()?;
            let role = row.text()?;
            Ok(Member { user, name, role, shares: row.flag()? })
        };
        let rows = self.db.query(MEMBERS, &[class.0.into(), CLASS_MEMBERS_MAX.into()]);
        rows.and_then(|rows| rows.into_iter().map(member).collect())
            .doing(|| format!("list the pupils of class {class}"))
    }

    /// The classes that a user is in, at most [`CLASSES_OF_PUPIL_MAX`].
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn classes_of_pupil(&self, user: UserId) -> Result<Vec<Membership>> {
        let membership = |mut row: Row| {
            let class = ClassId(row.int()?);
            let name = row.text()?;
            let teacher_name = row.text()?;
            let joined = row.time()?;
            Ok(Membership { class, name, teacher_name, joined, shares: row.flag()? })
        };
        let rows = self.db.query(OF_PUPIL, &[user.0.into(), CLASSES_OF_PUPIL_MAX.into()]);
        rows.and_then(|rows| rows.into_iter().map(membership).collect())
            .doing(|| format!("list the classes that user {user} is in"))
    }

    /// The number of classes that a user is in.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn count_classes_of_pupil(&self, user: UserId) -> Result<u64> {
        let rows = self.db.query(COUNT_OF_PUPIL, &[user.0.into()]);
        rows.and_then(count_in).doing(|| format!("count the classes that user {user} is in"))
    }
}

fn class(mut row: Row) -> Result<Class> {
    Ok(Class {
        id: ClassId(row.int()?),
        name: row.text()?,
        code: row.text()?,
        teacher: UserId(row.int()?),
        teacher_name: row.text()?,
        members: row.count()?,
    })
}
