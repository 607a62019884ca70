import Parsing

/// The JSON Schema of a report, `Schemas/report.schema.json`, as the programs carry it.
package enum ReportSchema {
    package static let root: JSONNode = {
        do {
            return try JSONParser.parse(PackageResources.report_schema_json)
        } catch {
            preconditionFailure("the schema of reports is no JSON: \(error)")
        }
    }()
}
