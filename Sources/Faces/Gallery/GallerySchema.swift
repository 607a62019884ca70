import GRDB

/// The tables of the gallery file.
enum GallerySchema {
    /// `PRAGMA user_version`.
    static let version = 2
    /// `PRAGMA application_id`: "LimG" in ASCII, so that no other program's database is taken for a gallery.
    static let applicationIdentifier = 0x4C69_6D47

    /// Makes the tables in an empty file.
    ///
    /// Runs inside one immediate transaction, so that two processes may open a new gallery at once.
    /// - Throws: `FaceError.galleryTooNew`, and `.galleryUnusable` for another program's database.
    static func bringUpToDate(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let identifier = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if objects == 0, found == 0, identifier == 0 {
            try database.execute(sql: tables)
            try database.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return
        }
        guard identifier == applicationIdentifier else {
            throw FaceError.galleryUnusable(path: path, reason: "it is a database of another program")
        }
        guard found <= version else {
            throw FaceError.galleryTooNew(path: path, version: found, newestKnown: version)
        }
        if found < 2 { try database.execute(sql: "ALTER TABLE template ADD COLUMN magnitude REAL") }
        if found < version { try database.execute(sql: "PRAGMA user_version = \(version)") }
    }

    private static let tables = """
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
            magnitude REAL,
            enrolled INTEGER NOT NULL, -- Unix seconds
            UNIQUE (person, source, model)
        );
        CREATE INDEX templateByModel ON template (model);
        """
}
