using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Text;

/// <summary>Comments say why. They are no store for code, plans or folds.</summary>
internal static partial class Comments
{
    public static IEnumerable<Violation> Regions(Repo repo) =>
        from source in repo.Sources
        from region in source.Syntax.DescendantNodes(descendIntoTrivia: true).OfType<RegionDirectiveTriviaSyntax>()
        select new Violation(source.Path, $"{source.At(region)}: a region hides that a file holds several things: split it.");

    public static IEnumerable<Violation> Debts(Repo repo) =>
        from source in repo.Sources
        from comment in All(source)
        where Debt().IsMatch(comment.ToString())
        select new Violation(source.Path, $"{source.At(comment.GetLocation())}: '{comment.ToString().Trim()}': do it now, or open an issue.");

    public static IEnumerable<Violation> DeadCode(Repo repo) =>
        from source in repo.Sources
        from comment in All(source)
        where comment.IsKind(SyntaxKind.SingleLineCommentTrivia) && IsCode(comment.ToString()[2..].Trim())
        select new Violation(source.Path, $"{source.At(comment.GetLocation())}: '{comment.ToString().Trim()}' is code: git remembers it, delete it.");

    private static IEnumerable<SyntaxTrivia> All(SourceFile source) =>
        source.Syntax.DescendantTrivia().Where(trivia => trivia.Kind()
            is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia);

    // A sentence may end in a semicolon too: only what parses and has a call, an assignment or a member in it counts.
    private static bool IsCode(string text) =>
        text.EndsWith(';')
        && CodeMark().IsMatch(text)
        && !SyntaxFactory.ParseStatement(text).ContainsDiagnostics
        && SyntaxFactory.ParseStatement(text).FullSpan.Length == text.Length;

    [GeneratedRegex(@"\b(TODO|HACK|FIXME|XXX)\b")]
    private static partial Regex Debt();

    [GeneratedRegex(@"\w[(.\[]\w*|=|\b(if|while|for|foreach|using|lock) \(|\b(return|await|throw)\b")]
    private static partial Regex CodeMark();
}
