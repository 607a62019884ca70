import Wire

/// Templates that come of one photograph, or of two that were taken at one moment.
///
/// Measured with SFace on 995 portraits of 150 people: two photographs of one person reach 0.68 as a rule, 0.94 at most (3,455 pairs), those
/// of two people 0.51 (491,060 pairs); 166 of them saved anew in 13 ways (smaller, cropped, brighter, grey, mirrored, JPEG at 30 %) reach
/// 0.98 as a rule, and one in a hundred less than 0.93.
package enum NearTwin {
    /// From this cosine on, one template of a person adds nothing to another; no two photographs reached it.
    static let duplicate: Float = 0.95
    /// From this cosine on, a face is the one that somebody spoke of: all but one of 2,158 pictures saved anew, and one in thirteen other
    /// photographs of the same person.
    static let twin: Float = 0.8
    /// A duplicate that is better by so much is worth keeping all the same.
    private static let betterQuality: Float = 0.1

    /// Whether a face is one of these, or the near twin of one.
    package static func holds(_ face: Template, among templates: [Template]) -> Bool {
        templates.contains { $0.features.count == face.features.count && $0.similarity(to: face).cosine >= twin }
    }

    /// The template that a new one is all but the same as; nil when there is none, or when the new one is clearly better than all
    /// of them.
    static func duplicate(of new: NewTemplate, among known: [NewTemplate]) -> NearTemplate? {
        let duplicates = known.map { (source: $0, cosine: $0.template.similarity(to: new.template).cosine) }
            .filter { $0.cosine >= duplicate }
        guard let nearest = duplicates.max(by: { $0.cosine < $1.cosine }),
            duplicates.contains(where: { new.quality.overall < $0.source.quality.overall + betterQuality })
        else { return nil }
        return NearTemplate(sourceSHA256: nearest.source.source, cosine: nearest.cosine.rounded4)
    }
}
