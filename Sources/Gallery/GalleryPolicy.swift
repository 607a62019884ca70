import Foundation
import Wire

/// What the settings say of corrections and of what is kept for a while.
package struct GalleryPolicy: Sendable, Equatable {
    /// How long a job's faces are remembered; zero for not at all.
    package var remember: Duration
    /// How long a change can be taken back; zero for not at all.
    package var undo: Duration
    /// What becomes of a face that somebody confirmed.
    package var confirmed: ConfirmedFaces
    /// Whether strangers are collected, and how long they are kept.
    package var cohort: StrangerPolicy
    package var strangers: Duration
    /// How a search decides unless a job says otherwise.
    package var rule: DecisionRule
    /// Least quality of a face that becomes a template.
    package var minimumQuality: Float

    package init(_ settings: Settings = Settings()) {
        remember = settings.faces.remember
        undo = settings.faces.undo
        confirmed = settings.faces.confirmed
        cohort = settings.faces.cohort
        strangers = settings.faces.strangers
        let options = settings.options.resolved(for: .identify)
        minimumQuality = Float(options.minimumQuality)
        rule = DecisionRule(threshold: options.threshold, fpir: options.fpir, minimumQuality: minimumQuality)
    }
}
