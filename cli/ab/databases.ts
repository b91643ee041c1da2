// The databases of an experiment: a template for each variant, and a fresh copy of it for each repetition. Their names say whose they are, so that
// those of an experiment that was killed are recognised and removed.

import { CommandError, messageOf } from "../errors.ts";
import { type Administration, isAnswer } from "./administration.ts";

const namePattern = "^dbmark_ab_[0-9a-f]{8}_(a|b|run)$";

/** Name of an experiment's sessions, by its key. */
export function sessionName(key: string): string {
  return `dbmark ab ${key}`;
}

/** The databases that an experiment makes on one server. */
export class Databases {
  readonly #administration: Administration;
  readonly #key: string;
  readonly #made = new Set<string>();

  /** @param key Eight hexadecimal digits that no other experiment has. */
  constructor(administration: Administration, key: string) {
    this.#administration = administration;
    this.#key = key;
  }

  /** Name of a variant's template, or of the copy that repetitions run on. */
  name(of: "a" | "b" | "run"): string {
    return `dbmark_ab_${this.#key}_${of}`;
  }

  /** Makes an empty database with the encoding, locale, tablespace and settings of the one that the target's URL names. */
  async createLikeTarget(of: "a" | "b"): Promise<void> {
    const { facts } = this.#administration;
    const name = this.name(of);
    const [row = {}] = await this.#administration.query(
      `SELECT to_jsonb(d) AS d, pg_encoding_to_char(d.encoding) AS encoding, 
         (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace
           AND t.oid <> (SELECT dattablespace FROM pg_database WHERE datname = 'template0')) AS tablespace
       FROM pg_database d WHERE d.datname = $1`,
      [facts.database],
    );
    const { datcollate, datctype, datlocprovider, datlocale, daticulocale } = row.d as Record<string, string | null>;
    const options = [
      "TEMPLATE template0",
      `ENCODING ${literal(String(row.encoding))}`,
      `LC_COLLATE ${literal(datcollate ?? "C")}`,
      `LC_CTYPE ${literal(datctype ?? "C")}`,
      // To name the default one takes a right that to use it does not.
      ...(row.tablespace === null ? [] : [`TABLESPACE ${identifier(String(row.tablespace))}`]),
    ];
    const locale = datlocale ?? daticulocale;
    if (datlocprovider === "i")
      options.push("LOCALE_PROVIDER icu", ...(locale ? [`ICU_LOCALE ${literal(locale)}`] : []));
    if (datlocprovider === "b")
      options.push("LOCALE_PROVIDER builtin", ...(locale ? [`BUILTIN_LOCALE ${literal(locale)}`] : []));
    await this.#create(name, options);
    await this.#copySettings(facts.database, name);
  }

  /** Makes a copy of another of these databases, which nobody may be connected to. */
  async copy(from: "a" | "b", to: "b" | "run"): Promise<void> {
    // Copied by its files, which was the only way before 15: it begins and ends with a checkpoint of the whole server, so that no repetition pays
    // for what was written before it, and a large database does not fill the log with what checkpoints then have to write within the repetition.
    const options = [`TEMPLATE ${identifier(this.name(from))}`];
    if (this.#administration.facts.versionNumber >= 150_000) options.push("STRATEGY file_copy");
    await this.#create(this.name(to), options);
    await this.#copySettings(this.name(from), this.name(to));
  }

  /** Nobody connects to it any more, so that it stays as it is. */
  async seal(of: "a" | "b"): Promise<void> {
    await this.#administration.query(`ALTER DATABASE ${identifier(this.name(of))} ALLOW_CONNECTIONS false`);
  }

  /** Statements inside of a template: all or nothing. @throws CommandError with what the server says. */
  async execute(of: "a" | "b", sql: string, path: string): Promise<void> {
    try {
      await this.#administration.inside(this.name(of), (query) => query(sql));
    } catch (error) {
      if (!isAnswer(error)) throw error;
      const { position } = error as { position?: string };
      const line = position === undefined ? "" : ` in line ${sql.slice(0, Number(position) - 1).split("\n").length}`;
      const hint =
        error.code === "25001"
          ? ". All statements of the file are executed as one transaction; leave this one out. dbmark itself does VACUUM (ANALYZE) afterwards"
          : "";
      throw new CommandError(`The SQL of ${path} failed${line}: ${error.message}${hint}`);
    }
  }

  /** Dead rows removed and statistics made, as the variant's SQL left the data. */
  async vacuum(of: "a" | "b"): Promise<void> {
    await this.#administration.inside(this.name(of), (query) => query("VACUUM (ANALYZE)"));
  }

  /** Removes one. Who is connected is disconnected. */
  async drop(of: "a" | "b" | "run"): Promise<void> {
    await dropDatabase(this.#administration, this.name(of));
    this.#made.delete(this.name(of));
  }

  /** Removes what is left of them; what cannot be removed is told. */
  async dropAll(tell: (message: string) => void): Promise<void> {
    for (const name of [...this.#made].reverse()) {
      try {
        await dropDatabase(this.#administration, name);
        this.#made.delete(name);
      } catch (error) {
        tell(`The database ${name} could not be removed: ${messageOf(error)}. Remove it with: DROP DATABASE ${name}`);
      }
    }
  }

  async #create(name: string, options: string[]): Promise<void> {
    this.#made.add(name);
    try {
      await this.#administration.query(`CREATE DATABASE ${identifier(name)} ${options.join(" ")}`);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      throw new CommandError(`The database ${name} could not be made: ${error.message}`);
    }
  }

  /** Settings of a database (ALTER DATABASE … SET), which a copy of it does not have. */
  async #copySettings(from: string, to: string): Promise<void> {
    const rows = await this.#administration.query(
      `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
       WHERE s.setrole = 0 AND d.datname = $1`,
      [from],
    );
    for (const { setting } of rows) {
      const [, name = "", value = ""] = /^([^=]+)=([\s\S]*)$/.exec(String(setting)) ?? [];
      // The value of a list is stored with the quotes of its elements.
      const text = lists.includes(name.toLowerCase()) && value !== "" ? value : literal(value);
      const parts = name.split(".").map(identifier).join(".");
      await this.#administration.query(`ALTER DATABASE ${identifier(to)} SET ${parts} TO ${text}`);
    }
  }
}

/** Settings whose value is a list of names. */
const lists = ["search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"];

/**
 * Removes databases that experiments of this user left behind which do not run any more.
 * @returns their names.
 */
export async function dropLeftDatabases(administration: Administration): Promise<string[]> {
  const rows = await administration.query(
    `SELECT d.datname::text AS name FROM pg_database d
     WHERE d.datname ~ $1 AND pg_get_userbyid(d.datdba) = current_user AND NOT EXISTS (
       SELECT FROM pg_stat_activity a WHERE a.application_name = 'dbmark ab ' || substr(d.datname, 11, 8)) ORDER BY d.datname`,
    [namePattern],
  );
  const names = rows.map(({ name }) => String(name));
  for (const name of names) await dropDatabase(administration, name);
  return names;
}

async function dropDatabase(administration: Administration, name: string): Promise<void> {
  if (administration.facts.versionNumber >= 130_000) {
    await administration.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
    return;
  }
  await administration.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
  await administration.query(`DROP DATABASE IF EXISTS ${identifier(name)}`);
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return text.includes("\\")
    ? `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
