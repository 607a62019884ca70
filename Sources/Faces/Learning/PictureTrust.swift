import Wire

/// Which pictures are believed to show whom they are said to show.
struct PictureTrust {
    private(set) var doubtful: [LearningResult.Doubtful] = []
    private var doubted: Set<Int> = []
    private let rows: TemplateRows
    /// Pairs of one person below it are left out: the thousandth part that is least alike.
    private let least: Float
    /// Pairs above it are one picture twice, and teach nothing.
    private static let most: Float = 0.98

    init(_ share: LearningSet.Share, _ templates: [[Float]]) {
        let rows = TemplateRows(templates)
        self.rows = rows
        let persons = share.people + share.strangers
        let owners = persons.indices.flatMap { Array(repeating: $0, count: persons[$0].samples.count) }
        let names = share.samples.map(\.picture)
        var genuine: [Float] = []
        for sample in templates.indices where persons[owners[sample]].samples.count > 1 {
            var own: Float = -1
            var other: (cosine: Float, sample: Int) = (-1, sample)
            for second in templates.indices where second != sample {
                let alike = rows.cosine(sample, second)
                if owners[second] == owners[sample] {
                    own = max(own, alike)
                    if second > sample { genuine.append(alike) }
                } else if alike > other.cosine {
                    other = (alike, second)
                }
            }
            guard own < other.cosine else { continue }
            doubted.insert(sample)
            doubtful.append(
                .init(
                    picture: names[sample], person: persons[owners[sample]].name, cosine: Double(own).rounded4,
                    looksLike: persons[owners[other.sample]].name, otherCosine: Double(other.cosine).rounded4))
        }
        genuine.sort()
        least = genuine.isEmpty ? -1 : genuine[genuine.count / 1000]
    }

    func isDoubtful(_ sample: Int) -> Bool { doubted.contains(sample) }

    func isPositive(_ first: Int, _ second: Int) -> Bool {
        guard first != second, !doubted.contains(first), !doubted.contains(second) else { return false }
        let alike = rows.cosine(first, second)
        return alike >= least && alike <= Self.most
    }
}
