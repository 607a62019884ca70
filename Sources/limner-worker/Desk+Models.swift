import Faces
import ModelFiles
import Styles
import Wire

extension Desk {
    func models(_ request: ModelsRequest) throws -> ModelsAnswer {
        if request.action == .golden { return ModelsAnswer(token: request.token, models: [try golden()]) }
        let listings: [ModelListing] =
            switch request.action {
            case .list: studio.store.list()
            case .verify: studio.store.verify()
            case .import: [try imported(request.path ?? "") { try studio.store.importFile($0) }]
            case .importStyle:
                [try imported(request.path ?? "") { try importStyle($0, request.style ?? .init(name: "", folder: "")) }]
            case .golden: []
            }
        return ModelsAnswer(
            token: request.token, models: listings.map { .init($0, inUse: studio.flags.faceEmbedder.text) })
    }

    /// Writes a style's network and its recipe.
    private func importStyle(_ path: String, _ style: ModelsRequest.NewStyle) throws -> ModelListing {
        if let violation = NameRule.violation(inNewStyle: style.name) {
            throw ReportError(code: .nameInvalid, message: "The style's name \"\(style.name)\" \(violation).")
        }
        let target = "\(style.folder)/\(StyleFile.network)"
        let card = try ImportedStyle.convert(
            path, id: "style:\(style.name)", white: style.white, to: target, threads: studio.threads)
        _ = try OutputFolder(path: style.folder).write(
            StyleRecipe.json(imported: StyleFile.network, title: card.origin), to: StyleFile.recipe)
        return ModelListing(facts: card, state: .ready, path: target)
    }

    private func imported(_ path: String, _ convert: (String) throws -> ModelListing) throws -> ModelListing {
        do {
            return try convert(path)
        } catch let error as StyleError {
            throw error
        } catch {
            var told = ReportError(explaining: error)
            // It is the user's file that is damaged, and not the store's.
            if let error = error as? ModelFileError, error.isOfOtherFiles {
                told.hint =
                    "Put that file beside it; or, where both are, make them one: python3 -c 'import onnx; onnx.save(onnx.load(\"MODEL.onnx\"), \"ONE.onnx\")'."
            } else if case ModelFileError.unsupportedGraph(_, .noEmbedder) = error {
                told.hint = "A network that paints is imported with --as style; the store is as it was."
            } else if case ModelFileError.unsupportedGraph(_, .noBatch) = error {
                told.hint = "Export it for a batch of pictures; the store is as it was."
            } else if case ModelFileError.unsupportedGraph = error {
                told.hint = "Export it with other operators, or for pictures of one size; the store is as it was."
            } else if told.code == .modelUnreadable {
                told.hint = "Make the file readable for yourself; the store is as it was."
            } else if told.code == .modelCorrupt {
                told.hint = "Get the file anew from where it came; the store is as it was."
            }
            throw told
        }
    }
}

extension Desk {
    /// Whether SFace, with this machine's kernels, gives the golden chip its template.
    private func golden() throws -> ModelsAnswer.Entry {
        let facts = try studio.store.facts(.sface)
        let cosine = try GoldenChip.cosine(with: studio.sface())
        let isRight = cosine >= GoldenChip.leastCosine
        return ModelsAnswer.Entry(
            id: facts.id, name: facts.name, version: facts.version, licence: facts.licence, origin: facts.origin,
            sha256: facts.sha256, use: facts.use, state: isRight ? .present : .corrupt,
            problem: isRight
                ? nil : "the golden chip's template has cosine \(cosine), not \(GoldenChip.leastCosine) or more")
    }
}

extension ModelsAnswer.Entry {
    /// - Parameter inUse: the name of the model that compares faces.
    init(_ listing: ModelListing, inUse: String) {
        let facts = listing.facts
        let (state, problem): (State, String?) =
            switch listing.state {
            case .missing:
                (.missing, "not in the store; run limner-fetch-models (from the source: deploy/fetch-models)")
            case .fetched, .ready: (.present, nil)
            case .damaged(let why): (.corrupt, why)
            case .unreadable(let why): (.unreadable, "\(why). \(ErrorCode.modelUnreadable.hint)")
            }
        self.init(
            id: facts.id, name: facts.name, version: facts.version, licence: facts.licence, origin: facts.origin,
            sha256: facts.sha256, use: facts.use, state: state, problem: problem, inUse: facts.id == inUse,
            base: listing.base, lineage: listing.lineage)
    }
}

extension ModelFacts {
    init(_ card: ModelCard) {
        self.init(id: card.id, name: card.name, version: card.version, sha256: card.sha256)
    }
}
