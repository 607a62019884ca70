import Foundation
import Gallery
import ModelFiles

/// What is known of a network's templates besides the network: how they are compared, and what that is evidence of.
package struct Recognition: Codable, Sendable, Equatable {
    /// What the network's answers go through to become templates.
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

    /// What a learned model brings along, or what came with the program.
    ///
    /// - Throws: `FaceError.modelUnfit`.
    package init(of network: LoadedModel) throws {
        guard let text = network.recognition else {
            self = .measured(of: network.facts.id)
            return
        }
        do {
            self = try JSONDecoder().decode(Recognition.self, from: Data(text.utf8))
        } catch {
            throw FaceError.modelUnfit(
                model: network.facts.id, purpose: "compare faces", reason: "what it says of its templates is damaged")
        }
    }

    /// What came with the program.
    package static func measured(of network: String) -> Recognition {
        Recognition(tail: .measured(of: network), calibration: .measured(of: network))
    }
}
