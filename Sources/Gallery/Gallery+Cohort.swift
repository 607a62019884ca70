import Foundation
import GRDB
import Wire

extension Gallery {
    /// Strangers of one model that are kept: thirty false positives at one in a hundred tell a rate to within a third (Doddington's rule).
    private static let mostStrangers = 3000
    /// New strangers that are worth to solve the thresholds anew: so many, and this share of those that are counted.
    private static let worthwhile = (count: 10, share: 0.1)

    /// Keeps the faces of nobody that tell of somebody: good enough, and of a person who is not among the strangers yet.
    static func collect(
        _ faces: [SeenFace], minimumQuality: Float, at time: Int64, models: RecognitionStore, in database: Database
    ) throws {
        let worthy = faces.filter {
            $0.decision != .match && $0.revision != nil && $0.face.quality.overall >= minimumQuality
        }
        for (model, faces) in Dictionary(grouping: worthy, by: \.face.template.model) {
            try insert(model, in: database)
            let templates = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM template WHERE model = (SELECT id FROM model WHERE sha256 = ?)",
                arguments: [model.sha256])
            let recognition = try models.recognition(of: model)
            // The same line whatever the strangers say, or they would choose themselves.
            let cut = ImpostorTail.reviewed(recognition.tail, templates: templates ?? 0)
            let faces = faces.filter { $0.cosine.map { $0 < cut } ?? true }
            var known = try strangers(of: model, countedOnly: false, in: database).map(recognition.seen)
            let line = DecisionRule().lines(comparing: 1, tail: recognition.tail).match
            for template in faces.map(\.face.template) where known.count < mostStrangers {
                let seen = recognition.seen(template)
                if known.contains(where: { Double($0.similarity(to: seen).cosine) >= line }) { continue }
                known.append(seen)
                try database.execute(
                    sql: """
                        INSERT INTO stranger (model, features, seen)
                        VALUES ((SELECT id FROM model WHERE sha256 = ?), seal(?), ?)
                        """, arguments: [model.sha256, TemplateBlob.encode(template.features), time])
            }
        }
        let (new, counted) = try (
            Int.fetchOne(database, sql: "SELECT count(*) FROM stranger WHERE NOT isCounted") ?? 0,
            Int.fetchOne(database, sql: "SELECT count(*) FROM stranger WHERE isCounted") ?? 0
        )
        if new >= max(worthwhile.count, Int(Double(counted) * worthwhile.share)) {
            try database.execute(sql: "UPDATE stranger SET isCounted = 1")
            try countChange(in: database)
        }
    }

    /// Forgets every stranger.
    ///
    /// - Returns: how many there were.
    package func forgetStrangers() throws -> Int {
        try write { database in
            try database.execute(sql: "DELETE FROM stranger")
            let count = database.changesCount
            if count > 0 { try Self.countChange(in: database) }
            return count
        }
    }

    /// How the gallery decides now, by the settings.
    ///
    /// - Throws: `GalleryError.empty`, `.unmeasurable`.
    func thresholds(_ policy: GalleryPolicy) throws -> GalleryAnswer.Thresholds {
        let network = try models.network
        let model = try read { database in
            // The network in use by its name, else the one that most templates are of.
            try Row.fetchOne(
                database,
                sql: """
                    SELECT model.name AS name, model.sha256 AS sha256 FROM template JOIN model ON model.id = template.model
                    GROUP BY model.id ORDER BY model.name = ? DESC, count(*) DESC LIMIT 1
                    """, arguments: [network.name])
        }
        guard let model else { throw GalleryError.empty(path: path) }
        let index = try searchIndex(of: TemplateModel(name: model["name"], sha256: model["sha256"]))
        let search = try GallerySearch(index, rule: policy.rule)
        let strangers = try read { database in
            try GallerySchema.counts(database)
                ? Int.fetchOne(database, sql: "SELECT count(*) FROM stranger") ?? 0 : 0
        }
        let verify = policy.rule.lines(comparing: 1, tail: index.recognition.tail)
        return GalleryAnswer.Thresholds(
            templates: index.templateCount, identify: search.lines.rounded, promise: search.promise,
            fpir: search.strangerShare(search.lines.match), verify: verify.rounded, strangers: strangers)
    }

    /// The searches of others are to read all anew.
    static func countChange(in database: Database) throws {
        try database.execute(sql: "UPDATE revision SET number = number + 1")
    }

    static func strangers(
        of model: TemplateModel, countedOnly: Bool = true, in database: Database
    ) throws -> [Template] {
        guard try GallerySchema.counts(database) else { return [] }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT unseal(features) AS features FROM stranger JOIN model ON model.id = stranger.model
                WHERE model.sha256 = ? AND (isCounted OR ?) ORDER BY stranger.id
                """, arguments: [model.sha256, !countedOnly])
        return rows.compactMap { row in
            TemplateBlob.decode(row["features"]).flatMap { Template(normalising: $0, model: model) }
        }
    }
}

extension DecisionLines {
    fileprivate var rounded: DecisionLines { DecisionLines(match: match.rounded4, review: review.rounded4) }
}
