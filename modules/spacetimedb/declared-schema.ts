// What the module in `module/` declares: the tables and reducers that a database must have for the suite to run on it.

/** Names and types of columns or arguments, in their order. */
export type Fields = readonly (readonly [name: string, type: string])[];

/** Public tables by name, and reducers by name. Types are the server's, in Rust's names. */
export interface ModuleSchema {
  tables: Readonly<Record<string, Fields>>;
  reducers: Readonly<Record<string, Fields>>;
}

/** Tables and reducers of the suite. */
export const declaredSchema: ModuleSchema = {
  tables: {
    counters: [
      ["id", "String"],
      ["value", "i64"],
      ["updated_at", "String"],
    ],
    messages: [
      ["id", "String"],
      ["sender", "String"],
      ["content", "String"],
      ["timestamp", "String"],
    ],
    users: [
      ["id", "String"],
      ["username", "String"],
      ["email", "String"],
      ["name", "String"],
      ["age", "i32"],
      ["created_at", "String"],
      ["active", "bool"],
    ],
  },
  reducers: {
    increment: [
      ["counter_id", "String"],
      ["amount", "i64"],
    ],
    create_message: [
      ["message_id", "String"],
      ["sender", "String"],
      ["content", "String"],
      ["timestamp", "String"],
    ],
    create_user: [
      ["id", "String"],
      ["username", "String"],
      ["email", "String"],
      ["name", "String"],
      ["age", "i32"],
      ["created_at", "String"],
      ["active", "bool"],
    ],
    reset: [],
  },
};
