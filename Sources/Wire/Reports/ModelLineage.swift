import struct Foundation.Date

/// Where a learned model comes from: what it was learned of and how, and what it proved.
package struct ModelLineage: Codable, Sendable, Equatable {
    package struct Base: Codable, Sendable, Equatable {
        package var id: String
        package var sha256: String

        package init(id: String, sha256: String) {
            self.id = id
            self.sha256 = sha256
        }
    }

    package var base: Base
    package var learned: Date
    /// Of the program that learned it.
    package var version: String
    package var depth: LearningDepth
    /// Pixels across the faces that it is for.
    package var resolution: Int
    package var seed: UInt64
    package var steps: Int
    /// People that were learned from, by whom the best was chosen, and who judged; and their pictures.
    package var learning: Int
    package var choosing: Int
    package var judging: Int
    package var pictures: Int
    /// Of the pictures' hashes, person by person, in their order.
    package var dataSHA256: String
    /// Of those who judged.
    package var figures: [LearningResult.Figure]
    package var logistic: LearningResult.Logistic?

    package init(
        base: Base, learned: Date, version: String, depth: LearningDepth, resolution: Int, seed: UInt64,
        dataSHA256: String, of result: LearningResult
    ) {
        self.base = base
        self.learned = learned
        self.version = version
        self.depth = depth
        self.resolution = resolution
        self.seed = seed
        self.dataSHA256 = dataSHA256
        steps = result.steps
        learning = result.learning
        choosing = result.choosing
        judging = result.judging
        pictures = result.pictures
        figures = result.figures
        logistic = result.logistic
    }
}
