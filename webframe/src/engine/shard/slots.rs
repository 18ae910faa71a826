//! A slab of the connections of a shard (event loop). A token identifies a connection: it is the
//! index of a slot, and a generation that changes when the slot is used again. So a token is not
//! repeated until 2^31 connections have used its slot.

use crate::engine::connection::Connection;

/// Index and generation of a slot. A message for a closed connection finds nothing, since closing
/// changes the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    index: u32,
    generation: u32,
}

/// A slab of connections.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    connection: Option<Connection>,
}

impl Token {
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// The token as a number, for other threads.
    pub(crate) fn to_number(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    pub(crate) fn from_number(number: u64) -> Token {
        Token { index: number as u32, generation: (number >> 32) as u32 }
    }

    /// The token as mio's token. The generation stays below 2^31, so the result never equals the
    /// token of a listener.
    pub(crate) fn to_mio(self) -> mio::Token {
        mio::Token((self.generation as usize) << 32 | self.index as usize)
    }

    pub(crate) fn from_mio(token: mio::Token) -> Token {
        Token { index: token.0 as u32, generation: (token.0 >> 32) as u32 }
    }
}

/// Maximum number of slots for which a shard reserves address space at its start.
const CAPACITY_MAX: usize = 1 << 16;

impl Slots {
    /// Slots for a shard that will have about this number of connections. Address space is
    /// reserved, not memory. If the slots grew in steps, each step would leave unused memory of the
    /// old size behind, and an idle client would take 50 % more memory.
    pub(crate) fn with_capacity(connections: usize) -> Slots {
        Slots { slots: Vec::with_capacity(connections.min(CAPACITY_MAX)), free: Vec::new() }
    }

    /// The token of the next connection to be inserted. Adds a slot if none is free.
    pub(crate) fn next_token(&mut self) -> Token {
        let index = match self.free.last() {
            Some(&index) => index,
            None => {
                self.slots.push(Slot { generation: 0, connection: None });
                let index = self.slots.len() as u32 - 1;
                self.free.push(index);
                index
            }
        };
        Token { index, generation: self.slots[index as usize].generation }
    }

    /// Inserts a connection at [`Slots::next_token`].
    pub(crate) fn insert(&mut self, connection: Connection) {
        if let Some(index) = self.free.pop() {
            self.slots[index as usize].connection = Some(connection);
        }
    }

    pub(crate) fn get(&mut self, token: Token) -> Option<&mut Connection> {
        let slot = self.slots.get_mut(token.index as usize)?;
        if slot.generation == token.generation { slot.connection.as_mut() } else { None }
    }

    /// The connection in the slot with this index, and its token.
    pub(crate) fn get_at(&mut self, index: u32) -> Option<(Token, &mut Connection)> {
        let slot = self.slots.get_mut(index as usize)?;
        let token = Token { index, generation: slot.generation };
        slot.connection.as_mut().map(|connection| (token, connection))
    }

    pub(crate) fn remove(&mut self, token: Token) -> Option<Connection> {
        let slot = self.slots.get_mut(token.index as usize)?;
        if slot.generation != token.generation {
            return None;
        }
        let connection = slot.connection.take()?;
        slot.generation = (slot.generation + 1) & (u32::MAX >> 1);
        self.free.push(token.index);
        Some(connection)
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn tokens(&self) -> Vec<Token> {
        self.iter().map(|(token, _)| token).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Token, &Connection)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let token = Token { index: index as u32, generation: slot.generation };
            slot.connection.as_ref().map(|connection| (token, connection))
        })
    }
}
