/// Text in the Prometheus exposition format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    /// Starts a family; its samples follow, their labels' values in the order of ``Metric/labels``.
    mutating func family(_ metric: Metric) {
        text += "# HELP \(metric.rawValue) \(metric.summary)\n# TYPE \(metric.rawValue) \(metric.form.rawValue)\n"
    }

    mutating func sample(_ metric: Metric, _ values: [String] = [], _ value: some Numeric) {
        sample(metric.rawValue, zip(metric.labels, values).map { ($0, $1) }, value)
    }

    /// A family of one sample without labels.
    mutating func single(_ metric: Metric, _ value: Int) {
        family(metric)
        sample(metric, [], value)
    }

    /// One series of a histogram.
    ///
    /// - Parameter below: how many values lie below each of `bounds`.
    mutating func histogram(
        _ metric: Metric, _ values: [String], bounds: [Double], below: [Int], count: Int, sum: Double
    ) {
        let labels = zip(metric.labels, values).map { ($0, $1) }
        for (bound, count) in zip(bounds, below) {
            sample(metric.rawValue + "_bucket", labels + [("le", "\(bound)")], count)
        }
        sample(metric.rawValue + "_bucket", labels + [("le", "+Inf")], count)
        sample(metric.rawValue + "_sum", labels, sum)
        sample(metric.rawValue + "_count", labels, count)
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some Numeric) {
        text += "\(name)\(Self.text(labels)) \(value)\n"
    }

    private static func text(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let list = labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{" + list.joined(separator: ",") + "}"
    }
}
