using System.Text.RegularExpressions;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Configuration;

public sealed partial class GuideTests
{
    [Fact]
    public void What_the_guide_shows_of_a_gateways_file_is_accepted()
    {
        var shown = Directory.EnumerateFiles(Path.Combine(Root(), "docs", "guide"), "*.md")
            .SelectMany(page => Blocks().Matches(File.ReadAllText(page)).Select(block => (Page: Path.GetFileName(page), Text: block.Groups[1].Value)))
            .Where(block => IsOfGateway(block.Text))
            .ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Equal((block.Page, ""), (block.Page, ConfigText.ProblemsOf(block.Text))));

        // What the gateway shows of itself is such a file too.
        Assert.All(shown, block => Assert.Equal(ConfigText.Read(block.Text), ConfigText.Read(GatewayFile.ToJson(block.Text).ToJsonString())));
    }

    private static bool IsOfGateway(string text) => text.StartsWith("routes:", StringComparison.Ordinal) || text.StartsWith("gateway:", StringComparison.Ordinal) || text.StartsWith("x-", StringComparison.Ordinal);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "docs", "guide")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The guide is nowhere above the tests.");
        }

        return folder;
    }

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
