//! Deletes look-ups: those that a user chose, those that are too old, and those beyond the maximum
//! number.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
    db::Row,
    error::{Doing, Result},
};

pub(crate) const DELETE_BETWEEN: &str =
    "delete from hist where user = ? and time >= ? and time < ?";
pub(crate) const NTH_NEWEST: &str =
    "select time from hist where user = ? order by time desc limit 1 offset ?";
pub(crate) const OLDEST: &str =
    "select time from hist where user = ? and time < ? order by time limit ?";
pub(crate) const NEXT_USERS: &str = "select id from user where id > ? order by id limit ?";
pub(crate) const DELETE_UNTIL: &str = "delete from hist where user = ? and time <= ?";

impl Store {
    /// Deletes a user's look-ups from one time until before another; returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_lookups_between(
        &self,
        user: UserId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64> {
        let times = [from, until].map(Timestamp::as_microsecond);
        let params = [user.0.into(), times[0].into(), times[1].into()];
        let deleted = self.db.execute(DELETE_BETWEEN, &params);
        deleted.doing(|| format!("delete look-ups of user {user}"))
    }

    /// Deletes the whole history of a user; returns the number of rows.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_lookups(&self, user: UserId) -> Result<u64> {
        let deleted = self.db.execute(DELETE_UNTIL, &[user.0.into(), i64::MAX.into()]);
        deleted.doing(|| format!("delete the history of user {user}"))
    }

    /// Deletes at most `limit` look-ups that are older than `before`, of a few users whose keys
    /// follow `after`. Returns the value of `after` for the next call; `None`: there are no more
    /// users.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_lookups_before(
        &self,
        before: Timestamp,
        after: UserId,
        limit: u32,
    ) -> Result<Option<UserId>> {
        const USERS_AT_ONCE: u32 = 200;
        let mut last_done = after;
        let mut left = i64::from(limit);
        let mut delete = || {
            let users = self.db.query(NEXT_USERS, &[after.0.into(), USERS_AT_ONCE.into()])?;
            if users.is_empty() {
                return Ok(None);
            }
            for mut row in users {
                let user = row.int()?;
                let oldest = [user.into(), before.as_microsecond().into(), left.into()];
                let mut times = self.db.query(OLDEST, &oldest)?;
                if let Some(newest) = times.last_mut() {
                    let until = [user.into(), newest.int()?.into()];
                    self.db.execute(DELETE_UNTIL, &until)?;
                    left -= times.len() as i64;
                }
                if left <= 0 {
                    break; // this user may have more
                }
                last_done = UserId(user);
            }
            Ok(Some(last_done))
        };
        delete().doing(|| "remove old look-ups")
    }

    /// Deletes all but the newest `kept` look-ups of a user; returns the number of rows.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn trim_lookups(&self, user: UserId, kept: u32) -> Result<u64> {
        let trim = || {
            let mut rows = self.db.query(NTH_NEWEST, &[user.0.into(), kept.into()])?;
            let Some(newest_surplus) = rows.first_mut().map(Row::int).transpose()? else {
                return Ok(0);
            };
            self.db.execute(DELETE_UNTIL, &[user.0.into(), newest_surplus.into()])
        };
        trim().doing(|| format!("bound the history of user {user}"))
    }
}
