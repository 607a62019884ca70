import Wire

/// Keeps a wrong photograph from poisoning a person: everybody who looks like it would be taken for them from then on.
package struct EnrolmentCheck {
    /// The gallery as it is; nil while nobody is enrolled.
    private let index: GalleryIndex?
    /// From this cosine on a face is somebody else's.
    private let taken: Double
    /// Below this cosine two faces are not one person's.
    private let unlike: Double
    private let recognition: Recognition

    /// Which share of strangers is taken for somebody who is enrolled.
    private static let fpir = 0.001

    /// From this cosine on a face is that of one of so many.
    static func line(among templates: Int, tail: ImpostorTail?) -> Double {
        tail?.threshold(fpir: fpir, templates: templates) ?? FaceComparison.sfaceThreshold
    }

    /// - Parameters:
    ///   - index: the gallery as it is; nil while nobody is enrolled.
    ///   - recognition: how templates are compared.
    package init(index: GalleryIndex?, recognition: Recognition) {
        self.index = index
        self.recognition = recognition
        let tail = recognition.tail
        taken = Self.line(among: index?.templateCount ?? 1, tail: tail)
        unlike = DecisionRule().lines(comparing: 1, tail: tail).review
    }

    /// ``GalleryIndex/revision`` of the gallery as it is.
    package var revision: Int { index?.revision ?? 0 }

    /// Looks at photographs that are about to be one person's.
    ///
    /// - Throws: ``GalleryError/denied(picture:person:)``, ``GalleryError/knownAsAnother(picture:person:other:cosine:)``, ``GalleryError/unlike(picture:person:cosine:least:)``,
    ///   ``GalleryError/notOnePerson(pictures:cosine:least:)``.
    package func check(_ photographs: [(name: String, template: Template)], as person: PersonName) throws {
        for (name, template) in photographs {
            guard let index else { break }
            let denied = index.denied(of: template)
            if denied.contains(person.text) { throw GalleryError.denied(picture: name, person: person.text) }
            let ranking = index.ranking(of: template).filter { !denied.contains($0.person) }
            let own = ranking.first { $0.person == person.text }?.similarity.cosine
            if let other = ranking.first, other.person != person.text, Double(other.similarity.cosine) >= taken {
                throw GalleryError.knownAsAnother(
                    picture: name, person: person.text, other: other.person, cosine: other.similarity.cosine)
            }
            if let own, Double(own) < unlike {
                throw GalleryError.unlike(picture: name, person: person.text, cosine: own, least: unlike)
            }
        }
        let group = likeTheFirst(photographs.map(\.template))
        let strange = photographs.indices.filter { !group.contains($0) }
        guard let first = strange.first else { return }
        let nearest = group.map { recognition.similarity(photographs[first].template, photographs[$0].template).cosine }
            .max()!
        // The fewer are the odd ones.
        let odd = strange.count <= group.count ? strange : group.sorted()
        throw GalleryError.notOnePerson(pictures: odd.map { photographs[$0].name }, cosine: nearest, least: unlike)
    }

    /// The places of those who are like the first, or like somebody who is.
    private func likeTheFirst(_ templates: [Template]) -> Set<Int> {
        var group: Set<Int> = []
        var next = templates.isEmpty ? [] : [0]
        while let place = next.popLast() {
            guard group.insert(place).inserted else { continue }
            next += templates.indices.filter {
                !group.contains($0) && Double(recognition.similarity(templates[place], templates[$0]).cosine) >= unlike
            }
        }
        return group
    }
}
