//! Tables and reducers of dbmark's SpacetimeDB suite.
//!
//! All tables are public, and whoever can connect may call any reducer: the database is for benchmarks. What a reducer refuses, it
//! refuses before it changes anything, and the message says why, with the value.

use spacetimedb::{reducer, table, ReducerContext, Table};

/// A sum that calls add to.
#[table(name = counters, public)]
pub struct Counter {
    #[primary_key]
    pub id: String,
    pub value: i64,
    /// When it was last added to, on the server's clock (RFC 3339).
    pub updated_at: String,
}

/// Something that a client said.
#[table(name = messages, public)]
pub struct Message {
    #[primary_key]
    pub id: String,
    pub sender: String,
    pub content: String,
    /// On the client's clock, in the client's form.
    pub timestamp: String,
}

/// Somebody.
#[table(name = users, public)]
pub struct User {
    #[primary_key]
    pub id: String,
    pub username: String,
    pub email: String,
    pub name: String,
    /// In years.
    pub age: i32,
    /// On the client's clock, in the client's form.
    pub created_at: String,
    pub active: bool,
}

/// Adds to a counter, which is made where it is missing.
#[reducer]
pub fn increment(ctx: &ReducerContext, counter_id: String, amount: i64) -> Result<(), String> {
    let updated_at = ctx.timestamp.to_string();
    let counters = ctx.db.counters();
    match counters.id().find(&counter_id) {
        Some(counter) => {
            let value = counter
                .value
                .checked_add(amount)
                .ok_or_else(|| format!("counter {counter_id:?} is {}: it cannot hold {amount} more", counter.value))?;
            counters.id().update(Counter { value, updated_at, ..counter });
        }
        None => {
            counters.insert(Counter { id: counter_id, value: amount, updated_at });
        }
    }
    Ok(())
}

/// Stores a message under a key of its own.
#[reducer]
pub fn create_message(
    ctx: &ReducerContext,
    message_id: String,
    sender: String,
    content: String,
    timestamp: String,
) -> Result<(), String> {
    if message_id.is_empty() {
        return Err("message_id is empty: a message needs a key".to_string());
    }
    let messages = ctx.db.messages();
    if messages.id().find(&message_id).is_some() {
        return Err(format!("there is a message {message_id:?} already"));
    }
    messages.insert(Message { id: message_id, sender, content, timestamp });
    Ok(())
}

/// Stores a user under a key of their own.
#[reducer]
#[allow(clippy::too_many_arguments)] // the columns of the table
pub fn create_user(
    ctx: &ReducerContext,
    id: String,
    username: String,
    email: String,
    name: String,
    age: i32,
    created_at: String,
    active: bool,
) -> Result<(), String> {
    if age < 0 {
        return Err(format!("age is {age}: it cannot be negative"));
    }
    let users = ctx.db.users();
    if users.id().find(&id).is_some() {
        return Err(format!("there is a user {id:?} already"));
    }
    users.insert(User { id, username, email, name, age, created_at, active });
    Ok(())
}

/// Removes all rows of all tables: the state before a run.
#[reducer]
pub fn reset(ctx: &ReducerContext) {
    for counter in ctx.db.counters().iter() {
        ctx.db.counters().id().delete(&counter.id);
    }
    for message in ctx.db.messages().iter() {
        ctx.db.messages().id().delete(&message.id);
    }
    for user in ctx.db.users().iter() {
        ctx.db.users().id().delete(&user.id);
    }
}
