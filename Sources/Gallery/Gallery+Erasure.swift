import Crypto
import Foundation
import GRDB
import Glibc
import Parsing
import Wire

extension Gallery {
    /// Forgets a person for good: templates, denials, confirmations, remembered faces that are like theirs, and all that could have been
    /// taken back. The bytes are overwritten, and the files are searched for them.
    ///
    /// - Throws: `GalleryError.personUnknown`, and `.unusable` when something is found after all.
    package func erase(_ person: PersonName) throws -> ErasureReceipt {
        var receipt = ErasureReceipt(person: person.text, time: now())
        let erased = try write { try Self.erase(person, &receipt, models, in: $0) }
        receipt.sha256 = Set(erased.map(\.open)).map { SHA256.hash(data: $0).hexadecimal }.sorted()
        // As they were, and as they stood in the file.
        let faces = Array(Set(erased.flatMap { [$0.open, $0.stored] }))
        let traces = faces + [Data(person.text.utf8)]
        var found = try search(for: traces)
        if !found.isEmpty {
            // SQLite zeroes what it frees, not what it moved away within a page; anew, pages hold nothing else.
            try vacuum()
            found = try search(for: traces)
        }
        if let file = found.first(where: { $0.trace < faces.count })?.path {
            throw GalleryError.unusable(path: path, reason: "\(file) still holds a template of \(person.text)")
        }
        if !found.isEmpty { receipt.nameRemains = try whereElse(person) }
        receipt.searched = files.map { ErasureReceipt.SearchedFile(path: $0, bytes: Self.size($0)) }
        return receipt
    }

    /// The bytes of a face, and what stands for them in the file.
    private struct Stored: Hashable {
        var open: Data
        var stored: Data

        init(_ row: Row) {
            open = row["features"]
            stored = row["stored"]
        }
    }

    /// - Returns: every face that is erased.
    private static func erase(
        _ person: PersonName, _ receipt: inout ErasureReceipt, _ models: RecognitionStore, in database: Database
    ) throws -> Set<Stored> {
        let found = try Int64.fetchAll(
            database, sql: "SELECT id FROM person WHERE name = ? UNION SELECT id FROM personBefore WHERE name = ?",
            arguments: [person.text, person.text])
        if found.isEmpty { try requireKnown(person, in: database) }
        let identifiers = "(" + found.map(String.init).joined(separator: ", ") + ")"
        func rows(_ table: String, _ condition: String) throws -> [Row] {
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(table).rowid AS number, unseal(features) AS features, features AS stored, model.name AS modelName, model.sha256 AS modelSHA256
                    FROM \(table) JOIN model ON model.id = \(table).model WHERE \(condition)
                    """)
        }
        let own = try rows("template", "person IN \(identifiers)") + rows("templateBefore", "person IN \(identifiers)")
        let templates = own.compactMap(face)
        receipt.templates = Set(own.map { $0["features"] as Data }).count
        var erased = own.map(Stored.init)

        /// Removes the rows of a table that are the person's by name or by likeness.
        func sweep(_ table: String, _ condition: String) throws -> Int {
            let named = Set(try rows(table, condition).map { $0["number"] as Int64 })
            let swept = try rows(table, "1").filter { row in
                named.contains(row["number"])
                    || face(row).map { isLike($0, templates, models) } ?? false
            }
            for row in swept {
                try database.execute(sql: "DELETE FROM \(table) WHERE rowid = ?", arguments: [row["number"] as Int64])
            }
            erased += swept.map(Stored.init)
            return swept.count
        }
        let isConfirmed = """
            EXISTS (SELECT * FROM confirmation WHERE confirmation.job = remembered.job
                AND confirmation.face = remembered.face AND confirmation.person IN \(identifiers))
            """
        receipt.denials = try sweep("negative", "person IN \(identifiers)")
        receipt.strangers = try sweep("stranger", "0")
        receipt.remembered = try sweep("remembered", "person IN \(identifiers) OR \(isConfirmed)")
        try hideJobs(of: identifiers, in: database)
        try database.execute(sql: "DELETE FROM person WHERE id IN \(identifiers)")
        // Nothing before an erasure can be taken back: what a change was before may hold the face anywhere.
        for table in ["templateBefore", "negativeBefore"] { erased += try rows(table, "1").map(Stored.init) }
        receipt.changes = try Int.fetchOne(database, sql: "SELECT count(*) FROM undo") ?? 0
        try database.execute(sql: "DELETE FROM undo")
        let kept = try Set((rows("template", "1") + rows("negative", "1")).map { Stored($0).open })
        return Set(erased.filter { !kept.contains($0.open) })
    }

    /// What remembers that changes were applied names jobs, and jobs are named after pictures, which may be named after the person.
    private static func hideJobs(of identifiers: String, in database: Database) throws {
        let jobs = try String.fetchAll(
            database,
            sql: """
                SELECT job FROM template WHERE person IN \(identifiers) AND job IS NOT NULL
                UNION SELECT job FROM templateBefore WHERE person IN \(identifiers) AND job IS NOT NULL
                """)
        for job in jobs {
            try database.execute(
                sql: "UPDATE change SET job = ? WHERE job = ?", arguments: [hidden(job), job])
        }
        try database.execute(sql: "UPDATE change SET receipt = json_remove(receipt, '$.nearest')")
    }

    /// The name of a job that tells nobody anything and is known again.
    static func hidden(_ job: String) -> String { SHA256.hash(data: Data(job.utf8)).hexadecimal }

    private static func face(_ row: Row) -> Template? {
        TemplateBlob.decode(row["features"]).flatMap {
            Template(normalising: $0, model: TemplateModel(name: row["modelName"], sha256: row["modelSHA256"]))
        }
    }

    /// Whether somebody would have to look whether a face is one of these people's. A model's file that is gone keeps nobody from being
    /// forgotten.
    private static func isLike(_ face: Template, _ templates: [Template], _ models: RecognitionStore) -> Bool {
        let recognition = (try? models.recognition(of: face.model)) ?? .measured(of: face.model.name)
        let line = DecisionRule().lines(comparing: 1, tail: recognition.tail).review
        return templates.contains {
            $0.model == face.model && $0.features.count == face.features.count
                && recognition.fits(face.features.count) && Double(recognition.similarity($0, face).cosine) >= line
        }
    }

    /// The gallery's file and whatever SQLite keeps beside it.
    private var files: [String] {
        ["", "-journal", "-wal", "-shm"].map { path + $0 }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    private static func size(_ path: String) -> Int64 {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// Bytes that are searched at a time.
    private static let searchedAtOnce = 1 << 22

    /// Where which of the traces stand.
    private func search(for traces: [Data]) throws -> [(path: String, trace: Int)] {
        let overlap = max(1, traces.map(\.count).max() ?? 1) - 1
        return try files.flatMap { file in
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw GalleryError.unusable(path: path, reason: "\(file) cannot be searched")
            }
            defer { try? handle.close() }
            var found: Set<Int> = []
            var piece = Data()
            while let next = try handle.read(upToCount: Self.searchedAtOnce), !next.isEmpty {
                piece = piece.suffix(overlap) + next
                for (place, trace) in traces.enumerated() where !found.contains(place) && Self.holds(piece, trace) {
                    found.insert(place)
                }
            }
            return found.sorted().map { (file, $0) }
        }
    }

    private static func holds(_ bytes: Data, _ trace: Data) -> Bool {
        bytes.withUnsafeBytes { bytes in
            trace.withUnsafeBytes { trace in
                var start = 0
                while bytes.count - start >= trace.count {
                    guard
                        let first = memchr(
                            bytes.baseAddress! + start, Int32(trace[0]), bytes.count - start - trace.count + 1)
                    else { return false }
                    if memcmp(first, trace.baseAddress!, trace.count) == 0 { return true }
                    start = UnsafeRawPointer(first) - bytes.baseAddress! + 1
                }
                return false
            }
        }
    }

    /// Why a name stands in the file when nobody has it.
    private func whereElse(_ person: PersonName) throws -> String {
        let texts = [
            ("person", "name", "names of others"), ("remembered", "picture", "names of pictures"),
            ("remembered", "job", "names of jobs"), ("template", "job", "names of jobs"),
            ("change", "job", "names of jobs"),
            ("confirmation", "job", "names of jobs"), ("model", "name", "names of models"),
            ("sqlite_schema", "sql", "names of tables"),
        ]
        let holders = try read { database in
            try texts.filter { table, column, _ in
                try Bool.fetchOne(
                    database, sql: "SELECT EXISTS (SELECT * FROM \(table) WHERE instr(\(column), ?) > 0)",
                    arguments: [person.text]) ?? false
            }
        }
        let words = holders.reduce(into: [String]()) { if !$0.contains($1.2) { $0.append($1.2) } }
        return words.isEmpty
            ? "its bytes are others' by chance, as those of a short name may be"
            : "it is part of " + words.joined(separator: ", ")
    }
}
