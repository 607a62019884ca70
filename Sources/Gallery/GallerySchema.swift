import GRDB

/// The tables of the gallery file, as the steps that lead to them: a new file takes all, an older one those it lacks.
enum GallerySchema {
    /// `PRAGMA user_version` of a file that is up to date.
    static let version = steps.count
    /// `PRAGMA application_id`: "LimG" in ASCII, so that no other program's database is taken for a gallery.
    static let applicationIdentifier = 0x4C69_6D47

    /// Makes what the file lacks.
    ///
    /// Runs inside one immediate transaction, so that two processes may open a new gallery at once.
    /// - Throws: as ``check(_:path:)``.
    static func bringUpToDate(_ database: Database, path: String) throws {
        let found = try check(database, path: path)
        guard found < version else { return }
        for step in steps[found...] { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// - Returns: the file's version; 0 for an empty file.
    /// - Throws: `GalleryError.tooNew`, and `.unusable` for another program's database.
    static func check(_ database: Database, path: String) throws -> Int {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let identifier = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if objects == 0, found == 0, identifier == 0 { return 0 }
        guard identifier == applicationIdentifier, found > 0 else {
            throw GalleryError.unusable(path: path, reason: "it is a database of another program")
        }
        guard found <= version else {
            throw GalleryError.tooNew(path: path, version: found, newestKnown: version)
        }
        return found
    }

    /// Whether the file counts its changes, and has tables for corrections: from format 4 on.
    static func counts(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 >= 4
    }

    private static let steps = [
        """
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (name <> '')
        );
        CREATE TABLE model (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
            name TEXT NOT NULL
        );
        CREATE TABLE template (
            id INTEGER PRIMARY KEY,
            person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
            model INTEGER NOT NULL REFERENCES model,
            source TEXT NOT NULL CHECK (length(source) = 64),
            features BLOB NOT NULL CHECK (length(features) > 0 AND length(features) % 4 = 0),
            detectorScore REAL NOT NULL,
            eyeDistance REAL NOT NULL,
            sharpness REAL NOT NULL,
            frontality REAL NOT NULL,
            enrolled INTEGER NOT NULL, -- Unix seconds
            UNIQUE (person, source, model)
        );
        CREATE INDEX templateByModel ON template (model);
        """,
        "ALTER TABLE template ADD COLUMN magnitude REAL",
        """
        ALTER TABLE template ADD COLUMN job TEXT; -- whose change added it; none for what was imported
        CREATE TABLE change (
            job TEXT NOT NULL,
            number INTEGER NOT NULL, -- of the job's changes
            receipt TEXT NOT NULL, -- JSON, without a name
            applied INTEGER NOT NULL, -- Unix seconds
            PRIMARY KEY (job, number)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE negative ( -- a face that is not a person's
            id INTEGER PRIMARY KEY,
            person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
            model INTEGER NOT NULL REFERENCES model,
            features BLOB NOT NULL CHECK (length(features) > 0 AND length(features) % 4 = 0),
            denied INTEGER NOT NULL -- Unix seconds
        );
        CREATE TABLE confirmation ( -- a job's face that is a person's
            id INTEGER PRIMARY KEY,
            person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
            job TEXT NOT NULL,
            face INTEGER NOT NULL
        );
        CREATE TABLE remembered ( -- a job's face, for a while
            job TEXT NOT NULL,
            face INTEGER NOT NULL, -- of the job's
            picture TEXT NOT NULL,
            model INTEGER NOT NULL REFERENCES model,
            source TEXT NOT NULL CHECK (length(source) = 64),
            features BLOB NOT NULL CHECK (length(features) > 0 AND length(features) % 4 = 0),
            detectorScore REAL NOT NULL,
            eyeDistance REAL NOT NULL,
            sharpness REAL NOT NULL,
            frontality REAL NOT NULL,
            magnitude REAL,
            seen INTEGER NOT NULL, -- Unix seconds
            decision TEXT NOT NULL, -- as was told last
            person INTEGER REFERENCES person ON DELETE SET NULL, -- likewise
            revision INTEGER, -- of the gallery that was asked for everybody
            PRIMARY KEY (job, face)
        );
        CREATE INDEX rememberedByTime ON remembered (seen);
        CREATE TABLE stranger ( -- a face that was nobody's, one a person
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES model,
            features BLOB NOT NULL CHECK (length(features) > 0 AND length(features) % 4 = 0),
            seen INTEGER NOT NULL, -- Unix seconds
            isCounted INTEGER NOT NULL DEFAULT 0 -- thresholds are solved with it
        );
        CREATE TABLE lock (proof BLOB NOT NULL); -- a row, once templates are sealed; see TemplateSeal
        CREATE TABLE revision (number INTEGER NOT NULL); -- of what a search looks at
        INSERT INTO revision VALUES (0);
        CREATE TABLE undo ( -- a change that can be taken back
            id INTEGER PRIMARY KEY,
            applied INTEGER NOT NULL, -- Unix seconds
            change TEXT NOT NULL,
            isOpen INTEGER NOT NULL DEFAULT 1 -- it is being made
        );
        CREATE TABLE undoAdded ( -- the rows that it made
            undo INTEGER NOT NULL REFERENCES undo ON DELETE CASCADE,
            relation TEXT NOT NULL,
            row INTEGER NOT NULL,
            PRIMARY KEY (undo, relation, row)
        ) WITHOUT ROWID;
        """ + recorded.map(recording).joined(separator: "\n"),
    ]

    /// The tables whose changes are counted in `revision` and, while a row of `undo` is open, kept for it; parents before children.
    static let recorded: [(table: String, columns: [String])] = [
        ("person", ["id", "name"]),
        (
            "template",
            [
                "id", "person", "model", "source", "features", "detectorScore", "eyeDistance", "sharpness",
                "frontality",
                "magnitude", "enrolled", "job",
            ]
        ),
        ("negative", ["id", "person", "model", "features", "denied"]),
        ("confirmation", ["id", "person", "job", "face"]),
    ]

    /// The tables that have `features`.
    static let faces = ["template", "negative", "remembered", "stranger", "templateBefore", "negativeBefore"]

    /// Triggers that also see what a foreign key removes; of a row that is changed twice, the first state counts.
    private static func recording(_ table: String, _ columns: [String]) -> String {
        let old = columns.map { "OLD.\($0)" }.joined(separator: ", ")
        let keep = """
            UPDATE revision SET number = number + 1;
            INSERT OR IGNORE INTO \(table)Before SELECT id, \(old) FROM undo WHERE isOpen
                AND NOT EXISTS (SELECT * FROM undoAdded WHERE undo = id AND relation = '\(table)' AND row = OLD.id);
            """
        return """
            CREATE TABLE \(table)Before (
                undo INTEGER NOT NULL REFERENCES undo ON DELETE CASCADE, \(columns.joined(separator: ", ")),
                PRIMARY KEY (undo, id)
            );
            CREATE TRIGGER \(table)Added AFTER INSERT ON \(table) BEGIN
                UPDATE revision SET number = number + 1;
                INSERT OR IGNORE INTO undoAdded SELECT id, '\(table)', NEW.id FROM undo WHERE isOpen;
            END;
            CREATE TRIGGER \(table)Changed BEFORE UPDATE ON \(table) BEGIN \(keep) END;
            CREATE TRIGGER \(table)Removed BEFORE DELETE ON \(table) BEGIN \(keep) END;
            """
    }
}
