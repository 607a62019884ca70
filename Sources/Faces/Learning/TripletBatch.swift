import Nets

/// Samples of several people and of strangers, from which triplets are made.
struct TripletBatch {
    /// Places in the set that it was drawn from, with their labels; a stranger's label is nobody else's.
    private(set) var samples: [Int] = []
    private(set) var labels: [Int] = []
    /// Whether each is to be seen as in a mirror.
    private(set) var mirrored: [Bool] = []

    var count: Int { samples.count }

    /// Draws so many people, so many samples of each, and so many strangers with one.
    ///
    /// A person of fewer samples gives some twice. Half of the people are those that look most like the other half, as far as
    /// `neighbours` tells: whose negatives are near.
    /// - Parameters:
    ///   - people: the samples of each person, two or more.
    ///   - neighbours: of each person the others, the most alike first; may be empty.
    init(
        people: [[Int]], neighbours: [[Int]] = [], strangers: [Int], peopleCount: Int, samplesEach: Int,
        strangerCount: Int, _ generator: inout SeededGenerator
    ) {
        var chosen: [Int] = []
        let wanted = min(peopleCount, people.count)
        let free = people.indices.shuffled(using: &generator)
        for person in free where chosen.count < wanted {
            guard !chosen.contains(person) else { continue }
            chosen.append(person)
            guard person < neighbours.count, chosen.count < wanted else { continue }
            let near = neighbours[person].prefix(8).filter { !chosen.contains($0) }
            if let next = near.randomElement(using: &generator) { chosen.append(next) }
        }
        for (label, person) in chosen.enumerated() {
            let order = people[person].shuffled(using: &generator)
            for index in 0..<samplesEach { add(order[index % order.count], label, &generator) }
        }
        guard !strangers.isEmpty else { return }
        for index in 0..<strangerCount {
            add(strangers.randomElement(using: &generator)!, chosen.count + index, &generator)
        }
    }

    private mutating func add(_ sample: Int, _ label: Int, _ generator: inout SeededGenerator) {
        samples.append(sample)
        labels.append(label)
        mirrored.append(Bool.random(using: &generator))
    }
}
