import Gallery
import Nets
import Wire

/// Pictures of people whose names are known, shared out for learning, choosing and judging: nobody is in two shares.
struct LearningSet {
    /// A face of a picture.
    struct Sample {
        let picture: String
        let chip: FaceChip
    }

    struct Person {
        let name: String
        let samples: [Sample]
    }

    /// People of two samples or more, and people of one.
    struct Share {
        var people: [Person] = []
        var strangers: [Person] = []

        /// Everybody's samples, one person after the other.
        var samples: [Sample] { (people + strangers).flatMap(\.samples) }

        /// The places in ``samples`` of each person of several, and of those of one.
        var places: (people: [[Int]], strangers: [Int]) {
            var next = 0
            func places(_ persons: [Person]) -> [[Int]] {
                persons.map { person in
                    defer { next += person.samples.count }
                    return Array(next..<next + person.samples.count)
                }
            }
            return (places(people), places(strangers).flatMap(\.self))
        }

        /// The samples with their templates, in the order of ``samples``.
        func labelled(_ templates: [[Float]]) -> LabelledTemplates {
            var rest = templates[...]
            return LabelledTemplates(
                people: (people + strangers).map { person in
                    defer { rest = rest.dropFirst(person.samples.count) }
                    return .init(
                        name: person.name, templates: Array(rest.prefix(person.samples.count)),
                        pictures: person.samples.map(\.picture))
                })
        }
    }

    private(set) var learning = Share()
    private(set) var choosing = Share()
    private(set) var judging = Share()

    /// Fewest people of two pictures that are shared out.
    static let leastPeople = 20

    /// - Throws: `FaceError.tooFewPeople`.
    init(_ people: [Person], seed: UInt64, unusable: Int) throws(FaceError) {
        var generator = SeededGenerator(seed: seed)
        let several = people.filter { $0.samples.count > 1 }.sorted { $0.name < $1.name }
        guard several.count >= Self.leastPeople else {
            throw .tooFewPeopleToLearn(
                comparable: several.count, least: Self.leastPeople, unusable: unusable)
        }
        func deal(_ persons: [Person], to share: WritableKeyPath<Share, [Person]>) {
            for (place, person) in persons.shuffled(using: &generator).enumerated() {
                // Of five one chooses and one judges.
                switch place % 5 {
                case 0: judging[keyPath: share].append(person)
                case 1: choosing[keyPath: share].append(person)
                default: learning[keyPath: share].append(person)
                }
            }
        }
        deal(several, to: \.people)
        deal(people.filter { $0.samples.count == 1 }.sorted { $0.name < $1.name }, to: \.strangers)
    }
}
