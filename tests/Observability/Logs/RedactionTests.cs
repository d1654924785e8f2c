using Microsoft.Extensions.Logging;

namespace Portolan.Observability.Tests.Logs;

public sealed class RedactionTests
{
    private readonly Captured captured = new();

    [Theory]
    [InlineData("Password")]
    [InlineData("clientSecret")]
    [InlineData("AccessToken")]
    [InlineData("Authorization")]
    [InlineData("ApiKey")]
    [InlineData("api_key")]
    [InlineData("Set-Cookie")]
    [InlineData("ConnectionString")]
    public void A_field_with_a_secret_name_is_masked_in_the_field_and_in_the_message(string name)
    {
        captured.CreateLogger("c").LogInformation("value {" + name + "} seen", "s3cr3t-value");

        Assert.DoesNotContain("s3cr3t-value", captured.Text);
        Assert.Contains("value *** seen", captured.Text);
    }

    [Theory]
    [InlineData("Authorization: Bearer abcdef0123456789", "abcdef0123456789")]
    [InlineData("sent bearer eyJhbGciOi.eyJzdWIiOi.c2ln to them", "eyJhbGciOi")]
    [InlineData("header Basic dXNlcjpwYXNz", "dXNlcjpwYXNz")]
    [InlineData("Host=db;Username=shop;Password=hunter2;Pooling=true", "hunter2")]
    [InlineData("{\"apiKey\": \"hunter2 with spaces\", \"name\": \"x\"}", "hunter2")]
    [InlineData("amqp://shop:hunter2@rabbit:5672/", "hunter2")]
    [InlineData("client_secret=hunter2&grant_type=x", "hunter2")]
    public void A_secret_inside_a_value_is_masked(string value, string secret)
    {
        captured.CreateLogger("c").LogInformation("configured {Value}", value);

        Assert.DoesNotContain(secret, captured.Text);
        Assert.Contains("***", captured.Text);
    }

    [Theory]
    [InlineData("Order order-7 placed")]
    [InlineData("listening on http://127.0.0.1:8080/")]
    [InlineData("the basics of tokens")]
    public void Other_text_is_left_alone(string text)
    {
        captured.CreateLogger("c").LogInformation("{Text}", text);

        Assert.Equal(text, captured.Lines.Single().GetProperty("message").GetString());
    }
}
