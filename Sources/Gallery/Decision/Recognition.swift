import Foundation
import Parsing
import Wire

/// What is known of a network's templates besides the network: how they are compared, and what that is evidence of.
package struct Recognition: Codable, Sendable, Equatable {
    /// What templates go through before they are compared. They are kept as the network made them, so that another head, or none, can
    /// take its place at once.
    package var head: LearnedHead?
    /// nil where nobody measured it.
    package var tail: ImpostorTail?
    /// nil where nobody measured it.
    package var calibration: CosineCalibration?
    /// What says more than the cosine of how likely two faces are one person's.
    package var logistic: LogisticHead?

    package init(
        head: LearnedHead? = nil, tail: ImpostorTail? = nil, calibration: CosineCalibration? = nil,
        logistic: LogisticHead? = nil
    ) {
        self.head = head
        self.tail = tail
        self.calibration = calibration
        self.logistic = logistic
    }

    /// What came with the program.
    ///
    /// - Parameter network: ``TemplateModel/name``.
    package static func measured(of network: String) -> Recognition {
        Recognition(tail: .measured(of: network), calibration: .measured(of: network))
    }

    // MARK: As a learned model's file has it

    /// Numbers of the largest head that is read: 1,024 by 1,024.
    private static let limits = JSONLimits(values: 1 << 21)

    /// - Throws: `JSONSyntaxError`, `DecodingError`.
    package init(json: String) throws {
        let data = Data(json.utf8)
        try JSONParser.check(data, limits: Self.limits)
        self = try JSONDecoder().decode(Recognition.self, from: data)
    }

    package func json() throws -> String { String(decoding: try WireJSON.encode(self), as: UTF8.self) }

    /// Whether templates of so many numbers can be compared by it.
    package func fits(_ dimensions: Int) -> Bool {
        head.map { $0.dimensions == dimensions } ?? true && logistic.map { $0.weights.count == dimensions } ?? true
    }

    // MARK: Comparing

    /// A template as it is compared.
    package func seen(_ template: Template) -> Template { head?.applied(to: template) ?? template }

    /// Of two templates as the network made them.
    package func similarity(_ left: Template, _ right: Template) -> Similarity {
        seen(left).similarity(to: seen(right))
    }

    /// What two templates, as the network made them, are evidence of; nil where nothing is known of the network.
    package func evidence(_ left: Template, _ right: Template) -> FaceEvidence? {
        let (left, right) = (seen(left), seen(right))
        if let logistic {
            return FaceEvidence(logRatio: logistic.logRatio(left.features, right.features), by: .logisticHead)
        }
        return calibration.map {
            FaceEvidence(logRatio: $0.logRatio(Double(left.similarity(to: right).cosine)), by: .cosine)
        }
    }
}
