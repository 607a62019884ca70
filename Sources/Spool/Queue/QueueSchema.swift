import GRDB

/// The tables of `state/queue.sqlite`. A migration that was released is never changed; another is added after it.
enum QueueSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: jobs, inputs, events, ledger") { db in
            try db.execute(sql: first)
        }
        migrator.registerMigration("2: rank, fingerprint, reported") { db in
            try db.execute(sql: second)
        }
        migrator.registerMigration("3: memory") { db in
            try db.execute(sql: "ALTER TABLE job ADD COLUMN memory INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("4: tally", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: fourth)
        }
        migrator.registerMigration("5: events by job", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: fifth)
        }
        migrator.registerMigration("6: leases in memory, outcomes", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: "ALTER TABLE job DROP COLUMN lease; ALTER TABLE job ADD COLUMN changes TEXT")
        }
        return migrator
    }

    /// Times are milliseconds since 1970, except `run_at`, which counts on the machine's monotonic clock: it means
    /// something only to the daemon that wrote it. (So did `lease`, which the sixth takes away again.) Paths and file names are raw bytes. `concluding` is set from the moment when a job's end is decided until the
    /// end is recorded, so that neither a claim nor a cancellation can come between. `settled` means that the
    /// originals of a finished job have been moved to where the user finds them.
    private static let first = """
        CREATE TABLE job (
            id TEXT PRIMARY KEY NOT NULL,
            kind TEXT,
            state TEXT NOT NULL,
            priority INTEGER NOT NULL DEFAULT 0,
            attempt INTEGER NOT NULL DEFAULT 0,
            token INTEGER NOT NULL DEFAULT 0,
            run_at INTEGER NOT NULL DEFAULT 0,
            lease INTEGER,
            origin TEXT NOT NULL,
            source BLOB NOT NULL,
            manifest_id TEXT,
            task TEXT,
            refusal TEXT,
            error TEXT,
            last_words TEXT,
            concluding TEXT,
            settled INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            started INTEGER
        ) STRICT;
        CREATE INDEX job_queued ON job (priority DESC, kind = 'enroll' DESC, id) WHERE state = 'queued';
        CREATE INDEX job_state ON job (state);
        CREATE INDEX job_unsettled ON job (id) WHERE settled = 0;
        CREATE INDEX job_manifest ON job (manifest_id) WHERE manifest_id IS NOT NULL;
        CREATE INDEX job_source ON job (source);

        CREATE TABLE input (
            job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            role TEXT NOT NULL,
            source BLOB NOT NULL,
            name TEXT NOT NULL,
            original BLOB NOT NULL,
            claimed TEXT NOT NULL,
            stage TEXT NOT NULL,
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            sha256 TEXT,
            PRIMARY KEY (job, ordinal)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            time INTEGER NOT NULL,
            "from" TEXT,
            "to" TEXT NOT NULL,
            why TEXT NOT NULL
        ) STRICT;
        CREATE INDEX event_job ON event (job, id);

        CREATE TABLE file (
            id INTEGER PRIMARY KEY,
            path BLOB NOT NULL,
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            leads INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX file_path ON file (path);
        CREATE INDEX file_job ON file (job);

        CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// `memory`, which the third adds, is about how many bytes a worker needs for the job.
    /// `rank` orders queued jobs; see `Queue+Order`. `fingerprint` is what a job does, by content. `reported` is 0 while
    /// a finished job's report is still to be handed to the hook.
    private static let second = """
        ALTER TABLE job ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE job ADD COLUMN fingerprint TEXT;
        ALTER TABLE job ADD COLUMN reported INTEGER NOT NULL DEFAULT 1;
        UPDATE job SET rank = priority;
        DROP INDEX job_queued;
        CREATE INDEX job_queued ON job (rank DESC, kind = 'enroll' DESC, id) WHERE state = 'queued';
        CREATE INDEX job_fingerprint ON job (fingerprint) WHERE fingerprint IS NOT NULL;
        CREATE INDEX job_unreported ON job (id) WHERE reported = 0;
        DROP INDEX job_state;
        CREATE INDEX job_state ON job (state, kind);
        """

    /// `tally` holds what a count of the rows would give: jobs by state and kind (`none` for what never became a job of a
    /// kind), and as `seen` the files of the ledger that lead a job. Triggers keep it within the transaction that changes
    /// a row, so that no way of changing one can forget it. `job_state` gets the order of a page.
    private static let fourth = """
        CREATE TABLE tally (
            state TEXT NOT NULL,
            kind TEXT NOT NULL,
            jobs INTEGER NOT NULL,
            PRIMARY KEY (state, kind)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO tally SELECT state, COALESCE(kind, 'none'), COUNT(*) FROM job GROUP BY 1, 2;
        INSERT INTO tally SELECT 'seen', 'none', COUNT(*) FROM file WHERE leads;
        CREATE TRIGGER tally_job_added AFTER INSERT ON job BEGIN
            INSERT INTO tally VALUES (NEW.state, COALESCE(NEW.kind, 'none'), 1)
            ON CONFLICT (state, kind) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER tally_job_moved AFTER UPDATE OF state, kind ON job
        WHEN OLD.state <> NEW.state OR OLD.kind IS NOT NEW.kind BEGIN
            UPDATE tally SET jobs = jobs - 1 WHERE state = OLD.state AND kind = COALESCE(OLD.kind, 'none');
            INSERT INTO tally VALUES (NEW.state, COALESCE(NEW.kind, 'none'), 1)
            ON CONFLICT (state, kind) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER tally_job_removed AFTER DELETE ON job BEGIN
            UPDATE tally SET jobs = jobs - 1 WHERE state = OLD.state AND kind = COALESCE(OLD.kind, 'none');
        END;
        CREATE TRIGGER tally_file_added AFTER INSERT ON file WHEN NEW.leads BEGIN
            UPDATE tally SET jobs = jobs + 1 WHERE state = 'seen' AND kind = 'none';
        END;
        CREATE TRIGGER tally_file_removed AFTER DELETE ON file WHEN OLD.leads BEGIN
            UPDATE tally SET jobs = jobs - 1 WHERE state = 'seen' AND kind = 'none';
        END;
        DROP INDEX job_state;
        CREATE INDEX job_state ON job (state, kind, id);
        """

    /// Events lie with their job, in the order of `id`, which counts anew for each: a transition writes one page instead of
    /// one of a table and one of its index. Going through the old table by its index would take seven times as long.
    private static let fifth = """
        CREATE TABLE event_by_job (
            job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            id INTEGER NOT NULL,
            time INTEGER NOT NULL,
            "from" TEXT,
            "to" TEXT NOT NULL,
            why TEXT NOT NULL,
            PRIMARY KEY (job, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO event_by_job SELECT job, id, time, "from", "to", why FROM event NOT INDEXED ORDER BY job, id;
        DROP TABLE event;
        ALTER TABLE event_by_job RENAME TO event;
        """
}
